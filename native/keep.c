/*
 * Keeps a helper of limpid running, apart from whoever started it: one that is killed is started again, one that ends
 * by itself has done its work.
 */
#include "executor.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* One that never lives for a second is broken, and trying for ever would only warm the machine. */
static const int QUICK_DEATHS = 10;

static time_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

/* The exit code, or -1 where it was killed. */
static int run_once(int (*helper)(char **), char **argv) {
    pid_t child = fork();
    if (child == 0)
        _exit(helper(argv));
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return 125;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int keep(int (*helper)(char **), char **argv) {
    prctl(PR_SET_NAME, "limpid-keeper");
    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    if (chdir("/") < 0)
        return 125;
    for (int quick = 0; quick < QUICK_DEATHS;) {
        time_t started = now();
        int code = run_once(helper, argv);
        if (code >= 0)
            return code;
        quick = now() - started < 1 ? quick + 1 : 0;
    }
    return 1;
}

static int program(char **argv) {
    execv(argv[0], argv);
    return 127;
}

int keep_mode(char **argv) {
    return keep(program, argv);
}
