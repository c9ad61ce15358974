/* --init: PID 1 of a container that reaps what is orphaned and passes signals on to the one program it runs. */
#include "executor.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void __attribute__((noreturn)) start(char **argv, const sigset_t *before) {
    setpgid(0, 0);
    /* Its own process group, and the terminal's, so that ^C reaches it. SIGTTOU is blocked, or this would stop us. */
    tcsetpgrp(0, getpid());
    sigprocmask(SIG_SETMASK, before, NULL);
    execvp(argv[0], argv);
    _exit(errno == ENOENT ? 127 : 126);
}

/* Reaps all that is there. Answers the exit code once `child` is among them, else -1. */
static int reap(pid_t child) {
    int status, code = -1;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (pid == child)
            code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return code;
}

int init_mode(char **argv) {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child < 0)
        return 126;
    if (child == 0)
        start(argv, &before);
    for (int code = -1, number = 0;;) {
        if (sigwait(&all, &number) != 0)
            continue;
        if (number == SIGCHLD && (code = reap(child)) >= 0)
            return code;
        if (number != SIGCHLD)
            kill(-child, number);
    }
}
