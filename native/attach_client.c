/* One of the monitor's clients: the frames that it is sent, and those that it sends. */
#include "attach.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

void attach_hang_up(struct client *client) {
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->ended = true;
    client->wants = 0;
    client->out_size = 0;
}

/* Sends what waits, as far as the socket takes it. */
void attach_flush(struct client *client) {
    while (client->fd >= 0 && client->out_size > 0) {
        ssize_t sent = send(client->fd, client->out + client->out_start, client->out_size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return;
        if (sent < 0)
            return attach_hang_up(client);
        client->out_start += (size_t)sent;
        client->out_size -= (size_t)sent;
    }
    client->out_start = 0;
}

/* Only for a client with nothing waiting. */
void attach_send(struct client *client, unsigned type, const uint8_t *bytes, size_t size) {
    uint8_t header[FRAME_HEADER];
    struct iovec parts[2] = {{header, FRAME_HEADER}, {(void *)(uintptr_t)bytes, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    frame_header(header, type, size);
    ssize_t sent = sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        return attach_hang_up(client);
    size_t gone = sent < 0 ? 0 : (size_t)sent;
    size_t header_left = gone < FRAME_HEADER ? FRAME_HEADER - gone : 0;
    size_t payload_gone = gone > FRAME_HEADER ? gone - FRAME_HEADER : 0;
    memcpy(client->out, header + FRAME_HEADER - header_left, header_left);
    memcpy(client->out + header_left, bytes + payload_gone, size - payload_gone);
    client->out_start = 0;
    client->out_size = header_left + size - payload_gone;
}

bool attach_is_wanted(const struct client *client, unsigned type) {
    return type == FRAME_EXIT || (client->wants & (type == FRAME_STDERR ? WANTS_STDERR : WANTS_STDOUT)) != 0;
}

static void resize(struct executor *x, uint64_t rows, uint64_t columns) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    if (x->stdio.terminal && x->stdio.monitor[1] >= 0)
        ioctl(x->stdio.monitor[1], TIOCSWINSZ, &size);
}

static bool obey(struct executor *x, struct client *client) {
    const char *text = client->control;
    uint64_t first = 0, second = 0;
    client->control[client->control_size] = '\0';
    switch (client->header[0]) {
    case FRAME_STDIN_END:
        return client->stdin_ended = true;
    case FRAME_RESIZE:
        if (!next_number(&text, &first) || !next_number(&text, &second))
            return false;
        resize(x, first, second);
        return true;
    case FRAME_SIGNAL:
        if (!next_number(&text, &first) || first > 64)
            return false;
        syscall(SYS_pidfd_send_signal, x->pidfd, (int)first, NULL, 0);
        return true;
    case FRAME_SUBSCRIBE:
        if (!next_number(&text, &first) || first > 7)
            return false;
        client->wants = (unsigned)first;
        return true;
    default:
        return true;
    }
}

static void keep_stdin(struct client *client, const uint8_t *bytes, size_t size) {
    if (client->stdin_ended)
        return;
    if (client->in_start + client->in_size + size > sizeof(client->in)) {
        memmove(client->in, client->in + client->in_start, client->in_size);
        client->in_start = 0;
    }
    memcpy(client->in + client->in_start + client->in_size, bytes, size);
    client->in_size += size;
}

/* Takes the next part of a frame; answers how many bytes that was, 0 where the client makes no sense. */
static size_t take_part(struct executor *x, struct client *client, const uint8_t *bytes, size_t size) {
    if (client->header_size < FRAME_HEADER) {
        client->header[client->header_size++] = bytes[0];
        if (client->header_size < FRAME_HEADER)
            return 1;
        client->payload_left = frame_size(client->header);
        client->control_size = 0;
        if (client->payload_left > FRAME_PAYLOAD_MAX)
            return 0;
        size = 0;
    }
    size_t part = client->payload_left < size ? client->payload_left : size;
    if (client->header[0] == FRAME_STDIN) {
        keep_stdin(client, bytes, part);
    } else if (client->control_size + part < sizeof(client->control)) {
        memcpy(client->control + client->control_size, bytes, part);
        client->control_size += part;
    } else {
        return 0;
    }
    client->payload_left -= part;
    if (client->payload_left > 0)
        return part > 0 ? part : 1;
    client->header_size = 0;
    if (client->header[0] != FRAME_STDIN && !obey(x, client))
        return 0;
    return part > 0 ? part : 1;
}

/* Reads no more than its stdin buffer could take, were all of it stdin. */
void attach_hear(struct executor *x, struct client *client) {
    uint8_t bytes[8192];
    size_t room = sizeof(client->in) - client->in_size;
    if (room == 0 || client->ended)
        return;
    ssize_t got = recv(client->fd, bytes, room < sizeof(bytes) ? room : sizeof(bytes), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got < 0)
        return attach_hang_up(client);
    client->ended = got == 0;
    for (size_t at = 0; at < (size_t)got;) {
        size_t taken = take_part(x, client, bytes + at, (size_t)got - at);
        if (taken == 0)
            return attach_hang_up(client);
        at += taken;
    }
}

/* Not every few bytes: an answer costs both sides as much as the bytes did. */
void attach_acknowledge(struct client *client) {
    char text[24];
    if (client->fd < 0 || client->out_size > 0 || client->taken == 0 || (client->taken < 8192 && client->in_size > 0))
        return;
    size_t size = (size_t)(put_number(text, client->taken) - text);
    client->taken = 0;
    attach_send(client, FRAME_TAKEN, (uint8_t *)text, size);
}
