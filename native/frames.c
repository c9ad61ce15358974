#include "executor.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

void frame_header(uint8_t header[FRAME_HEADER], unsigned type, size_t size) {
    header[0] = (uint8_t)type;
    header[1] = (uint8_t)size;
    header[2] = (uint8_t)(size >> 8);
    header[3] = (uint8_t)(size >> 16);
}

size_t frame_size(const uint8_t header[FRAME_HEADER]) {
    return (size_t)header[1] | (size_t)header[2] << 8 | (size_t)header[3] << 16;
}

/* Waits until all is sent. Who does not listen any more does not hear it: the container goes on. */
void frame_send(int fd, unsigned type, const char *payload, size_t size) {
    uint8_t header[FRAME_HEADER];
    frame_header(header, type, size);
    struct iovec parts[2] = {{header, FRAME_HEADER}, {(void *)(uintptr_t)payload, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    while (parts[0].iov_len + parts[1].iov_len > 0) {
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return;
        for (int i = 0; i < 2; i++) {
            size_t part = (size_t)sent < parts[i].iov_len ? (size_t)sent : parts[i].iov_len;
            parts[i].iov_base = (uint8_t *)parts[i].iov_base + part;
            parts[i].iov_len -= part;
            sent -= (ssize_t)part;
        }
    }
}
