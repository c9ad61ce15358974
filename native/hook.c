/* A hook: a program of the caller's that gets the container's state on its stdin, and has so long to end well. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* By the host's count, also inside of a pid namespace. */
static uint64_t container_pid(const struct executor *x) {
    char text[24];
    uint64_t pid = 0;
    if (!x->in_child)
        return (uint64_t)x->pid;
    ssize_t got = readlinkat(x->proc, "self", text, sizeof(text));
    if (got > 0)
        parse_number(text, (size_t)got, &pid);
    return pid;
}

/* What execve(2) says is told through `told`, which it closes where it works. */
static void __attribute__((noreturn)) become_hook(const struct executor *x, const struct op *op, int input, int told) {
    int output = SLOT(ARG_HOOK_OUTPUT) < 0 ? x->null : x->slot[SLOT(ARG_HOOK_OUTPUT)];
    char **argv = list_vector(&op->arg[ARG_HOOK_ARGV]), **env = list_vector(&op->arg[ARG_HOOK_ENV]);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    umask(022);
    if (argv == NULL || env == NULL || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
        _exit(126);
    if (told != 3 && dup3(told, 3, O_CLOEXEC) < 0)
        _exit(126);
    syscall(SYS_close_range, 4, UINT32_MAX, 0);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    execve(TEXT(ARG_HOOK_PATH), argv, env);
    int error = errno;
    write_all(3, &error, sizeof(error));
    _exit(126);
}

/* A hook that does not read its stdin is none the worse: what does not fit the pipe waits in a memory of its own. */
static int state_file(const struct executor *x, const struct op *op) {
    char pid[24];
    const struct arg *before = &op->arg[ARG_HOOK_BEFORE_PID], *after = &op->arg[ARG_HOOK_AFTER_PID];
    int fd = memory_file("state");
    if (fd < 0)
        return fail("memfd_create");
    put_number(pid, container_pid(x));
    if (write_all(fd, before->text, before->size) < 0 || write_all(fd, pid, strlen(pid)) < 0 ||
        write_all(fd, after->text, after->size) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return fail("write") + 0 * close_keeping_errno(fd);
    return fd;
}

/* It leads a session of its own: what it started goes with it. */
static int put_down(pid_t pid, int *status, int error) {
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        continue;
    return fail_as(error, "hook");
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Until it has ended, its time is over, or nobody is there any more who asked for it. */
static int await_end(const struct executor *x, int pidfd, pid_t pid, uint64_t timeout_s, int *status) {
    struct pollfd entries[2] = {{.fd = pidfd, .events = POLLIN}, {.fd = x->control >= 0 ? x->control : x->status, .events = 0}};
    long long end = now_ms() + (long long)timeout_s * 1000;
    for (;;) {
        long long left = timeout_s == 0 ? INT_MAX : end - now_ms();
        if (left <= 0)
            return put_down(pid, status, ETIMEDOUT);
        int ready = poll(entries, 2, left > INT_MAX ? INT_MAX : (int)left);
        if (ready > 0 && entries[0].revents != 0)
            break;
        if (ready > 0 && (entries[1].revents & (POLLHUP | POLLERR)) != 0)
            return put_down(pid, status, ECONNRESET);
    }
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        continue;
    return 0;
}

static int judge(int status) {
    static char call[32];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    const char *how = WIFSIGNALED(status) ? "signal " : "status ";
    put_number(put(call, how), (uint64_t)(WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)));
    return fail_as(ECANCELED, call);
}

int op_hook(struct executor *x, const struct op *op) {
    int pidfd = -1, status = 0, error = 0, told[2], input = state_file(x, op);
    if (input < 0)
        return -1;
    if (pipe2(told, O_CLOEXEC) < 0)
        return fail("pipe2") + 0 * close_keeping_errno(input);
    struct kern_clone_args args = {.flags = KERN_CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &args, sizeof(args));
    if (pid == 0)
        become_hook(x, op, input, told[1]);
    close_keeping_errno(input);
    close_keeping_errno(told[1]);
    int answer = pid < 0 ? fail("clone3") : await_end(x, pidfd, (pid_t)pid, NUMBER(ARG_HOOK_TIMEOUT_S), &status);
    close_keeping_errno(pidfd);
    bool is_none = read(told[0], &error, sizeof(error)) == sizeof(error);
    close_keeping_errno(told[0]);
    if (answer < 0)
        return -1;
    return is_none ? fail_as(error, "execve") : judge(status);
}
