/* The socket that clients attach to, for as long as the container lives. */
#include "executor.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int listening = -1;
static struct place where = {.parent = -1};

static int bind_socket(int fd, const char *path, mode_t mode) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *end = address.sun_path;
    /* Longer paths than an address holds are reached through their directory. */
    if (strlen(path) < sizeof(address.sun_path)) {
        put(end, path);
    } else {
        end = put(put_number(put(end, "/proc/self/fd/"), (uint64_t)where.parent), "/");
        if (strlen(where.name) >= sizeof(address.sun_path) - (size_t)(end - address.sun_path))
            return fail_as(ENAMETOOLONG, "bind");
        put(end, where.name);
    }
    /* The mode comes with the name: at no moment may others connect. */
    umask(~mode & 0777);
    int answer = bind(fd, (struct sockaddr *)&address, sizeof(address));
    umask(0);
    return answer < 0 ? fail("bind") : 0;
}

int op_listen(struct executor *x, const struct op *op) {
    if (find_place(x, -1, TEXT(ARG_LISTEN_PATH), &where) < 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail("socket");
    if (bind_socket(fd, TEXT(ARG_LISTEN_PATH), (mode_t)NUMBER(ARG_LISTEN_MODE)) < 0)
        return close_keeping_errno(fd);
    listening = fd;
    return listen(fd, 128) < 0 ? fail("listen") : 0;
}

int listener(void) {
    return listening;
}

void listener_accept(void) {
    while (listening >= 0 && attach_has_room()) {
        int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        if (!attach_add(fd, 0))
            close(fd);
    }
}

/* First no name to find, then no one to connect to: who comes later reads the exit record. */
void listener_close(void) {
    if (listening < 0)
        return;
    unlinkat(where.parent, where.name, 0);
    listener_accept();
    close(listening);
    listening = -1;
}
