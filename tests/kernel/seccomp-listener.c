/*
 * usage: seccomp-listener SOCKET ERRNO
 * Takes the descriptors of filters that ask, one a connection; prints the state that came with each, and answers every
 * call with ERRNO (0: lets the kernel carry it out).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int take(int connection) {
    static char text[65536], control[CMSG_SPACE(sizeof(int))];
    size_t filled = 0;
    int listener = -1;
    for (;;) {
        struct iovec part = {text + filled, sizeof(text) - 1 - filled};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
        ssize_t got = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
        if (got <= 0)
            break;
        filled += (size_t)got;
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header))
            if (header->cmsg_type == SCM_RIGHTS)
                memcpy(&listener, CMSG_DATA(header), sizeof(int));
    }
    text[filled] = '\0';
    printf("state %s\n", text);
    return listener;
}

/* Until nobody runs under the filter any more. */
static void answer(int listener, int error) {
    for (;;) {
        struct pollfd entry = {.fd = listener, .events = POLLIN};
        if (poll(&entry, 1, -1) < 0 || (entry.revents & POLLIN) == 0)
            return;
        struct seccomp_notif call;
        memset(&call, 0, sizeof(call));
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
            continue;
        printf("call %d\n", call.data.nr);
        struct seccomp_notif_resp reply = {.id = call.id, .error = -error, .flags = error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0};
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
    }
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof(address.sun_path) - 1);
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(socket_fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(socket_fd, 4) < 0)
        return 1;
    printf("listening\n");
    for (;;) {
        int connection = accept4(socket_fd, NULL, NULL, SOCK_CLOEXEC);
        int listener = take(connection);
        close(connection);
        /* A helper for each, which ends with the last process under its filter. */
        if (listener >= 0 && fork() == 0) {
            answer(listener, atoi(argv[2]));
            return 0;
        }
        close(listener);
    }
}
