/*
 * usage: kill-at N one|all COMMAND...
 * Runs a command and, when it and its descendants come to their Nth system call that changes anything, kills the process
 * that makes it, or all of them. Ends with the command, and lets go of what is left. Prints on descriptor 3:
 *   calls N        how many there were until then
 *   killed CALL    the number of the system call, where it came so far
 *   left PID       what still ran
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_TRACED = 512, OPTIONS = 0x01 | 0x02 | 0x04 | 0x08 }; /* SYSGOOD, FORK, VFORK, CLONE */

static pid_t traced[MAX_TRACED];
static int tracing;

static long ask(long request, pid_t pid, void *address, void *data) { return syscall(SYS_ptrace, request, pid, address, data); }

static void add(pid_t pid) {
    for (int i = 0; i < tracing; i++)
        if (traced[i] == pid)
            return;
    if (tracing < MAX_TRACED)
        traced[tracing++] = pid;
}

static void drop(pid_t pid) {
    for (int i = 0; i < tracing; i++)
        if (traced[i] == pid)
            traced[i--] = traced[--tracing];
}

static pid_t group_of(pid_t thread) {
    char path[64], line[128];
    pid_t group = thread;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "Tgid: %d", &group) == 1)
            break;
    if (file != NULL)
        fclose(file);
    return group;
}

/* Of the calls that only look, or that only concern the caller's own memory and threads, none counts. */
static int changes(const struct ptrace_syscall_info *info) {
    static const int LOOKS[] = {
        SYS_futex, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise, SYS_brk, SYS_mremap, SYS_rt_sigaction,
        SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettid,
        SYS_getpid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_epoll_pwait, SYS_epoll_create1, SYS_epoll_ctl, SYS_ppoll,
        SYS_read, SYS_pread64, SYS_readlinkat, SYS_newfstatat, SYS_fstat, SYS_statx, SYS_faccessat, SYS_faccessat2,
        SYS_fcntl, SYS_lseek, SYS_getdents64, SYS_close, SYS_sched_getaffinity, SYS_sched_yield, SYS_set_robust_list,
        SYS_rseq, SYS_getrandom, SYS_sysinfo, SYS_uname, SYS_prlimit64, SYS_sigaltstack, SYS_set_tid_address,
        SYS_eventfd2, SYS_timerfd_create, SYS_timerfd_settime, SYS_membarrier, SYS_getrusage, SYS_gettimeofday,
        SYS_exit, SYS_exit_group, SYS_restart_syscall, SYS_getcwd, SYS_fstatfs, SYS_statfs, SYS_pidfd_open, SYS_capget,
        SYS_fadvise64, SYS_recvmsg, SYS_recvfrom, SYS_wait4, SYS_waitid, SYS_tgkill, SYS_mlock, SYS_get_mempolicy,
#ifdef __x86_64__
        SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_poll, SYS_readlink, SYS_arch_prctl, SYS_epoll_wait, SYS_select,
#endif
    };
    for (size_t i = 0; i < sizeof(LOOKS) / sizeof(LOOKS[0]); i++)
        if ((int)info->entry.nr == LOOKS[i])
            return 0;
    if (info->entry.nr == SYS_openat)
        return (info->entry.args[2] & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
    return 1;
}

static pid_t start(char **command) {
    pid_t pid = fork();
    if (pid == 0) {
        close(3);
        ask(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execvp(command[0], command);
        _exit(127);
    }
    waitpid(pid, NULL, __WALL);
    ask(PTRACE_SETOPTIONS, pid, NULL, (void *)(long)OPTIONS);
    add(pid);
    ask(PTRACE_SYSCALL, pid, NULL, NULL);
    return pid;
}

static void kill_traced(pid_t who, int everybody) {
    if (!everybody) {
        kill(group_of(who), SIGKILL);
        return;
    }
    for (int i = 0; i < tracing; i++)
        kill(group_of(traced[i]), SIGKILL);
}

/* A thread cannot be let go of while it runs: it is stopped first. */
static void let_go(FILE *report) {
    for (int i = 0; i < tracing; i++) {
        pid_t pid = traced[i];
        int status = 0;
        if (syscall(SYS_tgkill, group_of(pid), pid, SIGSTOP) < 0)
            continue;
        while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
            if (WSTOPSIG(status) == SIGSTOP && status >> 16 == 0)
                break;
            ask(PTRACE_CONT, pid, NULL, NULL);
        }
        if (!WIFSTOPPED(status))
            continue;
        ask(PTRACE_DETACH, pid, NULL, NULL);
        if (group_of(pid) == pid)
            fprintf(report, "left %d\n", (int)pid);
    }
}

int main(int argc, char **argv) {
    if (argc < 4)
        return 125;
    long wanted = atol(argv[1]), calls = 0;
    int everybody = strcmp(argv[2], "all") == 0, status = 0, answer = 125;
    FILE *report = fdopen(3, "w");
    if (report == NULL)
        return 125;
    pid_t root = start(argv + 3);
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) {
            drop(pid);
            if (pid != root)
                continue;
            answer = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            break;
        }
        add(pid);
        int signal = WSTOPSIG(status);
        if (signal == (SIGTRAP | 0x80)) {
            struct ptrace_syscall_info info;
            signal = 0;
            if (ask(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY &&
                changes(&info) && ++calls == wanted) {
                fprintf(report, "killed %d\n", (int)info.entry.nr);
                kill_traced(pid, everybody);
            }
        } else if (signal == SIGTRAP || signal == SIGSTOP || status >> 16 != 0) {
            signal = 0;
        }
        ask(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal);
    }
    fprintf(report, "calls %ld\n", calls);
    let_go(report);
    fclose(report);
    return answer;
}
