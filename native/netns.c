/* A program of the host's in a container's network: what `limpid netns exec` becomes. */
#include "executor.h"
#include "kernel.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(const char *what, const char *why, int code) {
    char text[512];
    if (strlen(what) > 256)
        what = "it";
    char *end = put(put(put(put(put(text, "Error: cannot run \""), what), "\": "), why), "\n");
    return write_all(2, text, (size_t)(end - text)) < 0 ? 125 : code;
}

/* netns PIDFD COMMAND [ARG ...]: with the environment, the descriptors and the signals that a shell would give it. */
int netns_mode(char **argv) {
    uint64_t target;
    sigset_t none;
    if (!parse_number(argv[0], strlen(argv[0]), &target))
        return 125;
    if (setns((int)target, CLONE_NEWNET) < 0)
        return complain(argv[1], errno == ESRCH ? "the container has exited" : "its network cannot be entered", 125);
    close((int)target);
    for (int signal = 1; signal < 65; signal++)
        if (signal != SIGKILL && signal != SIGSTOP)
            sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Our own word to Bun, of the launcher's. */
    unsetenv("BUN_JSC_useWarmUpMarkedBlocks");
    execvp(argv[1], argv + 1);
    if (errno == ENOENT)
        return complain(argv[1], "ENOENT, there is no such program on this machine", 127);
    return complain(argv[1], "it cannot be executed", 126);
}
