/* Ports of the host that a container has: held by bound sockets, which nobody else can be at the same time. */
#include "executor.h"
#include "kernel.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bound one after the other, so that descriptors are all there is to know. */
static int *held;
static size_t held_count, held_room;

static bool has_room(void) {
    if (held_count < held_room)
        return true;
    size_t room = held_room == 0 ? 1024 : held_room * 2, size = sizeof(int);
    int *larger = held == NULL ? memory(room * size) : mremap(held, held_room * size, room * size, MREMAP_MAYMOVE);
    if (larger == NULL || larger == MAP_FAILED)
        return false;
    held = larger;
    held_room = room;
    return true;
}

static int set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? fail("setsockopt") : 0;
}

/*
 * With SO_REUSEADDR connections in TIME_WAIT are no obstacle, but neither would be another socket with it, unless one
 * of the two listens. So this one listens for a moment, and loses the flag before it stops.
 */
static int take_stream(int fd, const struct arg *address) {
    if (set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)address->text, address->size) < 0)
        return fail("bind");
    if (listen(fd, 0) < 0)
        return fail("listen");
    if (set_option(fd, SOL_SOCKET, SO_REUSEADDR, 0) < 0)
        return -1;
    return shutdown(fd, SHUT_RDWR) < 0 ? fail("shutdown") : 0;
}

static int take_port(int fd, const struct op *op) {
    const struct arg *address = &op->arg[ARG_RESERVE_PORT_ADDRESS];
    if (NUMBER(ARG_RESERVE_PORT_DOMAIN) == AF_INET6 && set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0)
        return -1;
    if (NUMBER(ARG_RESERVE_PORT_TYPE) == SOCK_STREAM)
        return take_stream(fd, address);
    /* What is not led away to the container must not pile up here. */
    if (set_option(fd, SOL_SOCKET, SO_RCVBUF, 0) < 0)
        return -1;
    return bind(fd, (const struct sockaddr *)address->text, address->size) < 0 ? fail("bind") : 0;
}

int op_reserve_port(struct executor *x, const struct op *op) {
    (void)x;
    if (!has_room())
        return fail("mmap");
    int fd = socket((int)NUMBER(ARG_RESERVE_PORT_DOMAIN), (int)NUMBER(ARG_RESERVE_PORT_TYPE) | SOCK_CLOEXEC,
                    (int)NUMBER(ARG_RESERVE_PORT_PROTOCOL));
    if (fd < 0)
        return fail("socket");
    if (take_port(fd, op) < 0)
        return close_keeping_errno(fd);
    held[held_count++] = fd;
    return 0;
}

int op_release_ports(struct executor *x, const struct op *op) {
    (void)x;
    (void)op;
    while (held_count > 0)
        close(held[--held_count]);
    return 0;
}
