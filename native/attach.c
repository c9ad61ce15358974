/*
 * The monitor's clients. Each has room for one frame that it has not read yet; while any subscriber's is full, the
 * container's output is not read on. What a client sends for stdin waits in its own buffer.
 */
#include "attach.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void forget_gone(void) {
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && clients[i]->fd < 0 && clients[i]->in_size == 0 && !clients[i]->stdin_ended) {
            munmap(clients[i], sizeof(*clients[i]));
            clients[i] = NULL;
        }
    while (slots_used > 0 && clients[slots_used - 1] == NULL)
        slots_used--;
}

bool attach_ready(unsigned wanted) {
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && (clients[i]->wants & wanted) != 0 && clients[i]->out_size > 0)
            return false;
    return true;
}

void attach_output(unsigned type, const uint8_t *bytes, size_t size) {
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && clients[i]->fd >= 0 && attach_is_wanted(clients[i], type))
            attach_send(clients[i], type, bytes, size);
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

static void serve(struct executor *x, struct client *client, short events) {
    if ((events & POLLOUT) != 0)
        attach_flush(client);
    if ((events & POLLIN) != 0 && client->fd >= 0)
        attach_hear(x, client);
    else if ((events & (POLLHUP | POLLERR)) != 0)
        attach_hang_up(client);
    attach_acknowledge(client);
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
            return attach_acknowledge(client);
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
    attach_acknowledge(client);
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
    attach_flush(client);
    while (client->fd >= 0 && client->out_size == 0 && client->kept < kept.size) {
        const uint8_t *frame = kept.bytes + client->kept;
        client->kept += FRAME_HEADER + frame_size(frame);
        if (attach_is_wanted(client, frame[0]))
            attach_send(client, frame[0], frame + FRAME_HEADER, frame_size(frame));
    }
    if (client->out_size > 0 || client->fd < 0)
        return;
    /* What it still had to say goes unheard, but not unread: it would be told of a broken connection. */
    while (recv(client->fd, client->in, sizeof(client->in), MSG_DONTWAIT) > 0)
        continue;
    attach_hang_up(client);
}

/*
 * Everything that had to be done is done: only the clients' reading is waited for, however long someone looks at
 * the last page of a pager. A client that goes away ends the wait for it.
 */
void attach_finish(struct executor *x) {
    struct pollfd polls[CLIENTS_MAX];
    for (nfds_t i = 0; i < slots_used; i++)
        if (clients[i] != NULL && clients[i]->fd >= 0)
            attach_hear(x, clients[i]);
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
                attach_hang_up(clients[i]);
    }
}
