/*
 * The foreground end of a runtime's `run` and `exec`: waits for a process that was handed to us as its subreaper,
 * passes signals on to it, serves its terminal, runs a command when it has ended, and exits as it did.
 */
#include "executor.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;

static struct termios cooked;
static bool is_raw;

static void make_raw(void) {
    struct termios raw;
    if (tcgetattr(0, &cooked) < 0)
        return;
    raw = cooked;
    cfmakeraw(&raw);
    is_raw = tcsetattr(0, TCSANOW, &raw) == 0;
}

static void restore(void) {
    if (is_raw)
        tcsetattr(0, TCSANOW, &cooked);
    is_raw = false;
}

/* The terminal's master, as send_terminal sends it. */
static int receive_terminal(int socket) {
    char name[64];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {name, sizeof(name)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)};
    int master = -1;
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0)
        return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS)
        memcpy(&master, CMSG_DATA(header), sizeof(int));
    close(socket);
    return master;
}

static void resize(int master) {
    struct winsize size;
    if (master >= 0 && ioctl(0, TIOCGWINSZ, &size) == 0)
        ioctl(master, TIOCSWINSZ, &size);
}

/* False once there is no more to move. */
static bool move(int from, int to) {
    char chunk[4096];
    ssize_t got = read(from, chunk, sizeof(chunk));
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    return got > 0 && write_all(to, chunk, (size_t)got) == 0;
}

static void drain(int master) {
    struct pollfd entry = {.fd = master, .events = POLLIN};
    while (master >= 0 && poll(&entry, 1, 0) > 0 && (entry.revents & POLLIN) != 0 && move(master, 1))
        continue;
}

/* Reaps whatever was left to us; the exit code once `child` is among it, else -1. */
static int reap(pid_t child) {
    int status, code = -1;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (pid == child)
            code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return code;
}

/* One of the signals that came; the exit code when it told of the child's end, else -1. */
static int answer(int signals, pid_t child, int master) {
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof(info)) != sizeof(info))
        return -1;
    int number = (int)info.ssi_signo;
    if (number == SIGCHLD)
        return reap(child);
    if (number == SIGWINCH && master >= 0)
        resize(master);
    else
        kill(child, number);
    return -1;
}

/* Until the child's end; its exit code. `signals` is of `block_signals`, `master` a terminal's or -1. */
int wait_in_foreground(pid_t child, int signals, int master) {
    int input = master >= 0 ? 0 : -1, output = master, code = reap(child);
    while (code < 0) {
        struct pollfd polls[3] = {
            {.fd = signals, .events = POLLIN}, {.fd = input, .events = POLLIN}, {.fd = output, .events = POLLIN}};
        if (poll(polls, 3, -1) < 0)
            continue;
        if (polls[1].revents != 0 && !move(0, master))
            input = -1;
        if (polls[2].revents != 0 && !move(master, 1))
            output = -1;
        if (polls[0].revents != 0)
            code = answer(signals, child, master);
    }
    drain(output);
    return code;
}

static void run_command(char **argv, const sigset_t *before) {
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, before, NULL);
        execve(argv[0], argv, environ);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
}

/* It is gone before it is carried out: it could name itself. */
int op_carry_out(struct executor *x, const struct op *op) {
    const char *path = TEXT(ARG_CARRY_OUT_PATH);
    struct executor later = *x;
    uint32_t index;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? 0 : fail("open");
    later.plan_size = 0;
    if (read_plan(&later, fd) < 0)
        return close_keeping_errno(fd);
    unlink(path);
    if (wire_check(later.plan, later.plan_size, &index) < 0)
        return fail_as(EINVAL, "plan");
    wire_open(&later.cleanup, later.plan, later.plan_size);
    run_cleanup(&later);
    return 0;
}

/* A plan of clean-up operations, as `executor run` has it; they see the host's paths, whatever becomes of ours. */
static void run_plan(int fd) {
    static struct executor x = {.control = -1, .sync = -1, .status = -1, .pidfd = -1};
    uint32_t index;
    memset(x.slot, -1, sizeof(x.slot));
    umask(0);
    x.null = open("/dev/null", O_RDWR | O_CLOEXEC);
    x.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (read_plan(&x, fd) < 0 || wire_check(x.plan, x.plan_size, &index) < 0)
        return;
    wire_open(&x.cleanup, x.plan, x.plan_size);
    run_cleanup(&x);
}

/* -1 for none; false where it is no number. */
static bool parse_descriptor(const char *text, int *fd) {
    uint64_t number;
    *fd = -1;
    if (strcmp(text, "-1") == 0)
        return true;
    if (!parse_number(text, strlen(text), &number) || number > INT_MAX)
        return false;
    *fd = (int)number;
    return true;
}

/* Every signal comes through the descriptor, wherever it had gone before. */
int block_signals(sigset_t *before) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, before);
    for (int number = 1; number < 65; number++)
        if (number != SIGKILL && number != SIGSTOP)
            sigaction(number, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    return signalfd(-1, &all, SFD_CLOEXEC);
}

int reap_mode(int argc, char **argv) {
    uint64_t pid;
    int socket, plan, master = -1;
    sigset_t before, none;
    if (!parse_number(argv[0], strlen(argv[0]), &pid) || pid > INT_MAX)
        return 125;
    if (!parse_descriptor(argv[1], &socket) || !parse_descriptor(argv[2], &plan))
        return 125;
    int signals = block_signals(&before);
    sigemptyset(&none);
    if (socket >= 0 && (master = receive_terminal(socket)) >= 0) {
        resize(master);
        make_raw();
    }
    int code = wait_in_foreground((pid_t)pid, signals, master);
    restore();
    if (plan >= 0)
        run_plan(plan);
    if (argc > 3)
        run_command(argv + 3, &none);
    return code;
}
