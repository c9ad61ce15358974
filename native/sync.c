/* How the two processes of a start meet: gates, the terminal's descriptors, and the child's failure. */
#include "executor.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int sync_prepare(struct executor *x, int theirs[2]) {
    int pair[2], status[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return fail("socketpair");
    if (pipe2(status, O_CLOEXEC) < 0)
        return fail("pipe2");
    x->sync = pair[0];
    x->status = status[0];
    theirs[0] = pair[1];
    theirs[1] = status[1];
    return 0;
}

union fd_message {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(2 * sizeof(int))];
};

int sync_send(struct executor *x, uint8_t byte, const int *fds, int count) {
    struct iovec part = {&byte, 1};
    union fd_message control = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, (size_t)count * sizeof(int));
    }
    while (sendmsg(x->sync, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            return fail("sendmsg");
    return 0;
}

static void keep_terminal(struct executor *x, struct msghdr *message) {
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    int fds[2];
    if (header == NULL || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(fds)))
        return;
    memcpy(fds, CMSG_DATA(header), sizeof(fds));
    x->stdio.monitor[0] = x->stdio.monitor[1] = fds[0];
    x->stdio.slave = fds[1];
}

/* The next message's byte, or -1 with errno; the end of the other side is ECONNRESET. */
static int receive(struct executor *x, int flags) {
    uint8_t byte;
    struct iovec part = {&byte, 1};
    union fd_message control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)};
    ssize_t got;
    while ((got = recvmsg(x->sync, &message, flags | MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        continue;
    if (got <= 0)
        return got < 0 ? fail("recvmsg") : fail_as(ECONNRESET, "await");
    if (byte == MESSAGE_TERMINAL)
        keep_terminal(x, &message);
    return byte;
}

int sync_await(struct executor *x, uint8_t gate) {
    int got;
    while ((got = receive(x, 0)) == MESSAGE_TERMINAL)
        continue;
    if (got < 0)
        return -1;
    return got == gate ? 0 : fail_as(EPROTO, "await");
}

int op_await_end(struct executor *x, const struct op *op) {
    int slot = SLOT(ARG_AWAIT_END_SLOT), pipe = slot < 0 ? -1 : x->slot[slot];
    char byte;
    ssize_t got;
    while ((got = read(pipe, &byte, 1)) > 0 || (got < 0 && errno == EINTR))
        continue;
    return got < 0 ? fail("read") : 0;
}

int sync_await_terminal(struct executor *x) {
    while (x->stdio.monitor[0] < 0) {
        int got = receive(x, 0);
        if (got < 0)
            return -1;
        if (got != MESSAGE_TERMINAL)
            return fail_as(EPROTO, "terminal");
    }
    return 0;
}

bool sync_is_alone(const struct executor *x) {
    struct pollfd other = {.fd = x->sync};
    return poll(&other, 1, 0) == 1 && (other.revents & POLLHUP) != 0;
}

/* No gate will be opened any more: a child that still waits for one fails, and does not wait for ever. */
void sync_end(struct executor *x) {
    shutdown(x->sync, SHUT_WR);
}

/* The terminal, if it came when nobody waited for a gate. */
void sync_collect(struct executor *x) {
    while (receive(x, MSG_DONTWAIT) >= 0)
        continue;
    close(x->sync);
    x->sync = -1;
}

/* Waits until the child has called execve or is gone; true with its failure if it had one. */
bool child_failure(struct executor *x, struct failure *failure) {
    struct failure told;
    ssize_t got;
    while ((got = read(x->status, &told, sizeof(told))) < 0 && errno == EINTR)
        continue;
    if (got != sizeof(told))
        return false;
    told.call[sizeof(told.call) - 1] = '\0';
    *failure = told;
    return true;
}
