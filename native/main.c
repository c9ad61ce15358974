#include "executor.h"

#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
/* Nothing here outlives its process long enough to leak, and the leak checker needs ptrace, which we refuse. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "detect_leaks=0";
}
#endif

/* Is there, for a cgroup that wants a process, until whoever holds the other end of stdin is gone. */
static int hold_mode(void) {
    char byte;
    ssize_t got;
    while ((got = read(0, &byte, 1)) > 0 || (got < 0 && errno == EINTR))
        continue;
    return 0;
}

int main(int argc, char **argv) {
    static const char USAGE[] = "usage: executor run PLAN_FD CONTROL_FD [SLOT=FD ...]\n"
                                "       executor client SOCKET_FD FLAGS DETACH_KEYS\n"
                                "       executor reap PID SOCKET_FD PLAN_FD [COMMAND [ARG ...]]\n"
                                "       executor keep COMMAND [ARG ...]\n"
                                "       executor guard LOCK_FD BATCH LEASES\n"
                                "       executor netns PIDFD COMMAND [ARG ...]\n"
                                "       executor hold\n"
                                "       executor -- COMMAND [ARG ...], as PID 1 of a container\n";
    if (argc >= 3 && strcmp(argv[1], "--") == 0)
        return init_mode(argv + 2);
    if (argc == 2 && strcmp(argv[1], "hold") == 0)
        return hold_mode();
    if (argc >= 4 && strcmp(argv[1], "run") == 0)
        return run_mode(argc - 2, argv + 2);
    if (argc >= 3 && strcmp(argv[1], "keep") == 0)
        return keep_mode(argv + 2);
    if (argc == 5 && strcmp(argv[1], "guard") == 0)
        return guard_mode(argv + 2);
    if (argc >= 4 && strcmp(argv[1], "netns") == 0)
        return netns_mode(argv + 2);
    if (argc >= 5 && strcmp(argv[1], "reap") == 0)
        return reap_mode(argc - 2, argv + 2);
    if (argc == 5 && strcmp(argv[1], "client") == 0)
        return client_mode(argc - 2, argv + 2);
    return write_all(2, USAGE, sizeof(USAGE) - 1) < 0 ? 125 : 125;
}
