/* What stays when a container runs: moves its output and input, and ends with it. */
#include "executor.h"
#include "kernel.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int container; /* pidfd, for the handler */

static void forward(int signal) {
    int error = errno;
    syscall(SYS_pidfd_send_signal, container, signal, NULL, 0);
    errno = error;
}

static void end_of_time(int signal) {
    (void)signal;
    forward(SIGKILL);
}

int op_deadline(struct executor *x, const struct op *op) {
    if (x->pid == 0)
        return fail_as(ESRCH, "deadline");
    container = x->pidfd;
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = end_of_time, .sa_flags = SA_RESTART}, NULL);
    alarm((unsigned)NUMBER(ARG_DEADLINE_SECONDS));
    return 0;
}

static void set_signals(const struct executor *x) {
    static const int IGNORED[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU};
    container = x->pidfd;
    for (size_t i = 0; i < sizeof(IGNORED) / sizeof(IGNORED[0]); i++)
        sigaction(IGNORED[i], &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = forward, .sa_flags = SA_RESTART}, NULL);
}

static void close_output(struct executor *x, unsigned type) {
    struct stdio *s = &x->stdio;
    close(s->monitor[type]);
    if (s->terminal)
        s->monitor[0] = -1;
    s->monitor[type] = -1;
}

/* One chunk, to the log and to `take`. Answers the bytes moved; 0 where there are none now, or never again. */
static size_t pump(struct executor *x, unsigned type, void (*take)(unsigned, const uint8_t *, size_t)) {
    static uint8_t chunk[CHUNK];
    ssize_t got = read(x->stdio.monitor[type], chunk, sizeof(chunk));
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) {
        close_output(x, type);
        return 0;
    }
    log_output(type, chunk, (size_t)got);
    take(type, chunk, (size_t)got);
    return (size_t)got;
}

enum { EXITED, LISTENER, OUTPUT, ERRORS, INPUT, CLIENTS };

/* Runs until the container's process has exited. */
static void attend(struct executor *x) {
    struct pollfd polls[CLIENTS + CLIENTS_MAX];
    const int *fds = x->stdio.monitor;
    do {
        polls[EXITED] = (struct pollfd){.fd = x->pidfd, .events = POLLIN};
        polls[LISTENER] = (struct pollfd){.fd = attach_has_room() ? listener() : -1, .events = POLLIN};
        polls[OUTPUT] = (struct pollfd){.fd = attach_ready(WANTS_STDOUT) ? fds[1] : -1, .events = POLLIN};
        polls[ERRORS] = (struct pollfd){.fd = attach_ready(WANTS_STDERR) ? fds[2] : -1, .events = POLLIN};
        polls[INPUT] = (struct pollfd){.fd = attach_has_stdin() ? fds[0] : -1, .events = POLLOUT};
        nfds_t count = attach_poll(polls + CLIENTS);
        if (poll(polls, CLIENTS + count, -1) < 0)
            continue;
        if (polls[OUTPUT].revents != 0)
            pump(x, FRAME_STDOUT, attach_output);
        if (polls[ERRORS].revents != 0 && attach_ready(WANTS_STDERR))
            pump(x, FRAME_STDERR, attach_output);
        attach_serve(x, polls + CLIENTS, count);
        if (polls[INPUT].revents != 0 || fds[0] < 0)
            attach_take_stdin(x);
        if (polls[LISTENER].revents != 0)
            listener_accept();
    } while ((polls[EXITED].revents & POLLIN) == 0);
}

/*
 * What the container wrote before it ended, and no more: where others hold its pipes open (no pid namespace of its
 * own), they may write for ever.
 */
static void drain(struct executor *x, unsigned type) {
    size_t left = 1 << 20, moved;
    int waiting = 0;
    if (x->stdio.monitor[type] < 0)
        return;
    /* A terminal has more under way than this tells. */
    if (!x->stdio.terminal && ioctl(x->stdio.monitor[type], FIONREAD, &waiting) == 0)
        left = (size_t)waiting;
    while (left > 0 && x->stdio.monitor[type] >= 0 && (moved = pump(x, type, attach_keep)) > 0)
        left -= moved < left ? moved : left;
}

static struct ending await_ending(struct executor *x) {
    struct ending ending = {0};
    int status = 0;
    while (waitpid(x->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    ending.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    ending.code = ending.signal > 0 ? 128 + ending.signal : WEXITSTATUS(status);
    return ending;
}

void monitor(struct executor *x) {
    char text[64];
    if (!x->stdio.declared)
        for (int i = 0; i < 3; i++)
            x->stdio.monitor[i] = -1;
    set_signals(x);
    attach_add(x->control, WANTS_STDOUT | WANTS_STDERR | SENDS_STDIN);
    attend(x);
    struct ending ending = await_ending(x);
    drain(x, FRAME_STDOUT);
    drain(x, FRAME_STDERR);
    log_finish();
    ending.oom = oom_seen();
    record_ending(&ending);
    run_cleanup(x);
    listener_close();
    size_t size = (size_t)(put_ending(text, &ending) - text);
    attach_keep(FRAME_EXIT, (uint8_t *)text, size);
    attach_finish(x);
    /* Others may be waiting for the lock: they have it before this. */
    for (int slot = 0; slot < SLOTS; slot++)
        slot_set(x, slot, -1);
    await_destruction();
    _exit(0);
}
