/*
 * The monitor's clients. Each has room for one frame that it has not read yet; while any subscriber's is full, the
 * container's output is not read on. What a client sends for stdin waits in its own buffer.
 */
#include "executor.h"
#include "kernel.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

struct client {
    int fd; /* -1: gone, but its stdin is not all delivered */
    unsigned wants;
    bool ended, stdin_ended; /* it sends no more; it said that stdin ends */
    uint8_t header[FRAME_HEADER];
    size_t header_size, payload_left;
    size_t control_size;
    char control[32]; /* payload of a frame that is not stdin */
    size_t out_start, out_size;
    size_t in_start, in_size, taken;
    size_t kept; /* how far it is in what is kept at the end */
    uint8_t out[FRAME_HEADER + CHUNK + 64];
    uint8_t in[65536];
};

static struct client *clients[CLIENTS_MAX];
static nfds_t slots_used;

bool attach_add(int fd, unsigned wants) {
    for (nfds_t i = 0; i < CLIENTS_MAX; i++) {
        if (clients[i] != NULL)
            continue;
        struct client *client = memory(sizeof(*client));
        if (client == NULL)
            return false;
        client->fd = fd;
        client->wants = wants;
        clients[i] = client;
        slots_used = i >= slots_used ? i + 1 : slots_used;
        return true;
    }
    return false;
}

bool attach_has_room(void) {
    for (nfds_t i = 0; i < CLIENTS_MAX; i++)
        if (clients[i] == NULL)
            return true;
    return false;
}

static void hang_up(struct client *client) {
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->ended = true;
    client->wants = 0;
    client->out_size = 0;
}

static void forget_gone(void) {
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && clients[i]->fd < 0 && clients[i]->in_size == 0 && !clients[i]->stdin_ended) {
            munmap(clients[i], sizeof(*clients[i]));
            clients[i] = NULL;
        }
    while (slots_used > 0 && clients[slots_used - 1] == NULL)
        slots_used--;
}

/* Sends what waits, as far as the socket takes it. */
static void flush(struct client *client) {
    while (client->fd >= 0 && client->out_size > 0) {
        ssize_t sent = send(client->fd, client->out + client->out_start, client->out_size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return;
        if (sent < 0)
            return hang_up(client);
        client->out_start += (size_t)sent;
        client->out_size -= (size_t)sent;
    }
    client->out_start = 0;
}

/* Only for a client with nothing waiting. */
static void send_frame(struct client *client, unsigned type, const uint8_t *bytes, size_t size) {
    uint8_t header[FRAME_HEADER];
    struct iovec parts[2] = {{header, FRAME_HEADER}, {(void *)(uintptr_t)bytes, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    frame_header(header, type, size);
    ssize_t sent = sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        return hang_up(client);
    size_t gone = sent < 0 ? 0 : (size_t)sent;
    size_t header_left = gone < FRAME_HEADER ? FRAME_HEADER - gone : 0;
    size_t payload_gone = gone > FRAME_HEADER ? gone - FRAME_HEADER : 0;
    memcpy(client->out, header + FRAME_HEADER - header_left, header_left);
    memcpy(client->out + header_left, bytes + payload_gone, size - payload_gone);
    client->out_start = 0;
    client->out_size = header_left + size - payload_gone;
}

static bool is_wanted(const struct client *client, unsigned type) {
    return type == FRAME_EXIT || (client->wants & (type == FRAME_STDERR ? WANTS_STDERR : WANTS_STDOUT)) != 0;
}

bool attach_ready(unsigned wanted) {
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && (clients[i]->wants & wanted) != 0 && clients[i]->out_size > 0)
            return false;
    return true;
}

void attach_output(unsigned type, const uint8_t *bytes, size_t size) {
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && clients[i]->fd >= 0 && is_wanted(clients[i], type))
            send_frame(clients[i], type, bytes, size);
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
static void hear(struct executor *x, struct client *client) {
    uint8_t bytes[8192];
    size_t room = sizeof(client->in) - client->in_size;
    if (room == 0 || client->ended)
        return;
    ssize_t got = recv(client->fd, bytes, room < sizeof(bytes) ? room : sizeof(bytes), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got < 0)
        return hang_up(client);
    client->ended = got == 0;
    for (size_t at = 0; at < (size_t)got;) {
        size_t taken = take_part(x, client, bytes + at, (size_t)got - at);
        if (taken == 0)
            return hang_up(client);
        at += taken;
    }
}

nfds_t attach_poll(struct pollfd *polls) {
    for (nfds_t i = 0; i < slots_used; i++) {
        const struct client *client = clients[i];
        polls[i] = (struct pollfd){.fd = -1};
        if (client == NULL)
            continue;
        bool hears = !client->ended && client->in_size < sizeof(client->in);
        polls[i] = (struct pollfd){.fd = client->fd, .events = (short)((hears ? POLLIN : 0) | (client->out_size > 0 ? POLLOUT : 0))};
    }
    return slots_used;
}

/* Not every few bytes: an answer costs both sides as much as the bytes did. */
static void acknowledge(struct client *client) {
    char text[24];
    if (client->fd < 0 || client->out_size > 0 || client->taken == 0 || (client->taken < 8192 && client->in_size > 0))
        return;
    size_t size = (size_t)(put_number(text, client->taken) - text);
    client->taken = 0;
    send_frame(client, FRAME_TAKEN, (uint8_t *)text, size);
}

static void serve(struct executor *x, struct client *client, short events) {
    if ((events & POLLOUT) != 0)
        flush(client);
    if ((events & POLLIN) != 0 && client->fd >= 0)
        hear(x, client);
    else if ((events & (POLLHUP | POLLERR)) != 0)
        hang_up(client);
    acknowledge(client);
}

void attach_serve(struct executor *x, const struct pollfd *polls, nfds_t count) {
    for (nfds_t i = 0; i < count; i++)
        if (clients[i] != NULL)
            serve(x, clients[i], polls[i].revents);
    forget_gone();
}

bool attach_has_stdin(void) {
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && (clients[i]->in_size > 0 || clients[i]->stdin_ended))
            return true;
    return false;
}

static void close_stdin(struct executor *x) {
    if (x->stdio.terminal || x->stdio.monitor[0] < 0)
        return;
    close(x->stdio.monitor[0]);
    x->stdio.monitor[0] = -1;
}

static void take_from(struct executor *x, struct client *client) {
    int fd = x->stdio.monitor[0];
    while (client->in_size > 0) {
        /* Nobody reads it: it is as if it had been read. */
        ssize_t written = fd < 0 ? (ssize_t)client->in_size : write(fd, client->in + client->in_start, client->in_size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written == 0 || (written < 0 && errno == EAGAIN))
            return acknowledge(client);
        if (written < 0) {
            close_stdin(x);
            fd = -1;
            continue;
        }
        client->in_start += (size_t)written;
        client->in_size -= (size_t)written;
        client->taken += (size_t)written;
    }
    client->in_start = 0;
    if (client->stdin_ended)
        close_stdin(x);
    client->stdin_ended = false;
    acknowledge(client);
}

void attach_take_stdin(struct executor *x) {
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL)
            take_from(x, clients[i]);
}

static struct {
    uint8_t *bytes;
    size_t size, room;
} kept;

void attach_keep(unsigned type, const uint8_t *bytes, size_t size) {
    size_t needed = kept.size + FRAME_HEADER + size;
    if (needed > kept.room) {
        size_t room = needed * 2;
        uint8_t *larger = kept.bytes == NULL ? memory(room) : mremap(kept.bytes, kept.room, room, MREMAP_MAYMOVE);
        if (larger == NULL || larger == MAP_FAILED)
            return;
        kept.bytes = larger;
        kept.room = room;
    }
    frame_header(kept.bytes + kept.size, type, size);
    memcpy(kept.bytes + kept.size + FRAME_HEADER, bytes, size);
    kept.size = needed;
}

/* Sends on until the socket is full or the client has had everything, which ends the connection. */
static void send_kept(struct client *client) {
    flush(client);
    while (client->fd >= 0 && client->out_size == 0 && client->kept < kept.size) {
        const uint8_t *frame = kept.bytes + client->kept;
        client->kept += FRAME_HEADER + frame_size(frame);
        if (is_wanted(client, frame[0]))
            send_frame(client, frame[0], frame + FRAME_HEADER, frame_size(frame));
    }
    if (client->out_size > 0 || client->fd < 0)
        return;
    /* What it still had to say goes unheard, but not unread: it would be told of a broken connection. */
    while (recv(client->fd, client->in, sizeof(client->in), MSG_DONTWAIT) > 0)
        continue;
    hang_up(client);
}

/*
 * Everything that had to be done is done: only the clients' reading is waited for, however long someone looks at
 * the last page of a pager. A client that goes away ends the wait for it.
 */
void attach_finish(struct executor *x) {
    struct pollfd polls[CLIENTS_MAX];
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && clients[i]->fd >= 0)
            hear(x, clients[i]);
    for (;;) {
        bool waiting = false;
        for (nfds_t i = 0; i < slots_used; i++) {
            polls[i] = (struct pollfd){.fd = -1};
            if (clients[i] == NULL || clients[i]->fd < 0)
                continue;
            send_kept(clients[i]);
            polls[i] = (struct pollfd){.fd = clients[i]->fd, .events = POLLOUT};
            waiting = waiting || clients[i]->fd >= 0;
        }
        if (!waiting)
            return;
        poll(polls, slots_used, -1);
        for (nfds_t i = 0; i < slots_used; i++)
            if (clients[i] != NULL && (polls[i].revents & (POLLHUP | POLLERR)) != 0)
                hang_up(clients[i]);
    }
}
