/*
 * A container that nobody supervises: what an OCI runtime leaves behind. Its standard streams are the caller's, the
 * executor lets it go, and it waits at its start gate for whoever starts it.
 */
#include "executor.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static int held(const struct executor *x, int slot) {
    return slot < 0 ? -1 : x->slot[slot];
}

/* As the container's user, so that /dev/stdout can be opened; but never the host's /dev/null, nor what refuses. */
static int give(int fd, uid_t uid, gid_t gid) {
    struct stat status;
    if (fstat(fd, &status) < 0)
        return fail("fstat");
    bool is_null = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
    if (is_null || (status.st_uid == uid && status.st_gid == gid))
        return 0;
    if (fchown(fd, uid, gid) == 0 || errno == EPERM || errno == EROFS || errno == EINVAL)
        return 0;
    return fail("fchown");
}

int op_inherit_stdio(struct executor *x, const struct op *op) {
    static const int ARGS[] = {ARG_INHERIT_STDIO_STDIN, ARG_INHERIT_STDIO_STDOUT, ARG_INHERIT_STDIO_STDERR};
    struct stdio *s = &x->stdio;
    if (s->declared)
        return fail_as(EALREADY, "inherit_stdio");
    *s = (struct stdio){.declared = true, .child = {-1, -1, -1}, .monitor = {-1, -1, -1}, .slave = -1};
    for (int i = 0; i < 3; i++) {
        int slot = SLOT(ARGS[i]), fd = slot < 0 ? x->null : held(x, slot);
        if (slot >= 0 && give(fd, (uid_t)NUMBER(ARG_INHERIT_STDIO_UID), (gid_t)NUMBER(ARG_INHERIT_STDIO_GID)) < 0)
            return -1;
        if ((s->child[i] = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0)
            return fail("fcntl");
    }
    return 0;
}

union fd_message {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int op_send_terminal(struct executor *x, const struct op *op) {
    /* What receives it asks for a name, and nobody looks at it. */
    static char name[] = "/dev/ptmx";
    struct iovec part = {name, sizeof(name) - 1};
    union fd_message control = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)};
    if (sync_await_terminal(x) < 0)
        return -1;
    int master = x->stdio.monitor[0];
    if (fcntl(master, F_SETFL, O_RDWR) < 0)
        return fail("fcntl");
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &master, sizeof(int));
    while (sendmsg(held(x, SLOT(ARG_SEND_TERMINAL_SOCKET)), &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            return fail("sendmsg");
    return 0;
}

/*
 * From here on the child is on its own. Who starts it connects, and hears over that connection of what still fails;
 * execve closes it. The socket tells the living from the dead: nobody else holds it.
 */
int op_start_gate(struct executor *x, const struct op *op) {
    int slot = SLOT(ARG_START_GATE_SOCKET), listening = held(x, slot), fd;
    outlive_parent(x);
    close(x->sync);
    close(x->status);
    close(x->control);
    x->sync = x->status = x->control = -1;
    /* It may be a socket that does not block. */
    struct pollfd poll_entry = {.fd = listening, .events = POLLIN};
    while ((fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC)) < 0) {
        if (errno == EAGAIN)
            poll(&poll_entry, 1, -1);
        else if (errno != EINTR && errno != ECONNABORTED)
            return fail("accept4");
    }
    x->status = fd;
    slot_set(x, slot, -1);
    return 0;
}

static bool is_program(const char *path, bool *denied) {
    struct stat status;
    if (stat(path, &status) < 0) {
        *denied = *denied || errno == EACCES;
        return false;
    }
    bool may_run = !S_ISDIR(status.st_mode) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
    *denied = *denied || !may_run;
    return may_run;
}

/* execve may be long after: what it will not find is told now. */
int op_find_program(struct executor *x, const struct op *op) {
    bool denied = false;
    (void)x;
    for (const char *path = NULL; (path = list_next(&op->arg[ARG_FIND_PROGRAM_CANDIDATES], path)) != NULL;)
        if (is_program(path, &denied))
            return 0;
    return fail_as(denied ? EACCES : ENOENT, "execve");
}

static int move_up(int *fd, int above) {
    if (*fd < 0 || *fd >= above)
        return 0;
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, above);
    if (moved < 0)
        return fail("fcntl");
    close(*fd);
    *fd = moved;
    return 0;
}

/* The container gets them as 3 and up, where ours may be in the way. */
int op_preserve_fds(struct executor *x, const struct op *op) {
    int first = SLOT(ARG_PRESERVE_FDS_FIRST), count = (int)NUMBER(ARG_PRESERVE_FDS_COUNT), above = 3 + count;
    if (first < 0 || count < 0 || count > SLOTS - first)
        return fail_as(EINVAL, "preserve_fds");
    int *const ours[] = {&x->null, &x->proc, &x->sync, &x->status, &x->control, &x->pidfd};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (move_up(ours[i], above) < 0)
            return -1;
    for (int i = 0; i < SLOTS; i++)
        if (move_up(&x->slot[i], above) < 0)
            return -1;
    for (int i = 0; i < count; i++) {
        if (dup2(held(x, first + i), 3 + i) < 0)
            return fail("dup2");
        slot_set(x, first + i, -1);
    }
    return 0;
}

static bool child_is_dead(const struct executor *x) {
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)x->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == x->pid;
}

int op_detach(struct executor *x, const struct op *op) {
    struct failure failure;
    sync_end(x);
    if (child_failure(x, &failure))
        give_up(x, &failure);
    if (NUMBER(ARG_DETACH_WAITING) && child_is_dead(x))
        return fail_as(ESRCH, "start_gate");
    trace_phase("exec");
    report_start(x);
    _exit(0);
}
