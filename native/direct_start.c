/* `start` and `delete` of a container without hooks: a connection to its gate, and a plan of clean-up operations. */
#include "direct.h"
#include "executor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 10000

/* Through a descriptor of its directory: the path may be too long for a socket's address. */
static int connect_gate(const struct container *c) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    put(put_number(put(address.sun_path, "/proc/self/fd/"), (uint64_t)c->directory), "/start.sock");
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* False where its time is over. */
static bool await_end(const struct container *c) {
    struct pollfd entry = {.fd = container_pidfd(c), .events = POLLIN};
    return entry.fd < 0 || poll(&entry, 1, PATIENCE_MS) > 0;
}

/* What failed behind the gate is explained by the program, which finds it in its environment. */
static void hand_over(const struct failure *failure) {
    char text[128];
    char *at = put_number(put(put_number(text, failure->index), " "), (uint64_t)failure->error);
    put(put(at, " "), failure->call);
    setenv("LIMPID_GATE_ANSWER", text, 1);
}

void direct_start(const struct words *words) {
    struct container c;
    struct failure failure = {0};
    size_t filled = 0;
    ssize_t got;
    if (words->argc != 1 || !container_find(words, words->argv[0], &c) || !c.plain_start)
        return;
    if (!container_lock(&c) || container_status(&c) != CREATED)
        return;
    int fd = connect_gate(&c);
    if (fd < 0)
        return;
    unlinkat(c.directory, "start.sock", 0);
    while (filled < sizeof(failure) && ((got = read(fd, (char *)&failure + filled, sizeof(failure) - filled)) > 0 || (got < 0 && errno == EINTR)))
        filled += got > 0 ? (size_t)got : 0;
    if (filled < sizeof(failure))
        _exit(0);
    failure.call[sizeof(failure.call) - 1] = '\0';
    await_end(&c);
    hand_over(&failure);
}

/* False where it does not die. */
static bool end_process(const struct container *c) {
    int pidfd = container_pidfd(c);
    if (pidfd >= 0)
        syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    return await_end(c);
}

/* The plan as `create` computed it: clean-up operations alone, each content with finding nothing. */
static bool leave(const struct container *c) {
    static struct executor x = {.control = -1, .sync = -1, .status = -1, .pidfd = -1};
    uint32_t index;
    int fd = openat(c->directory, "delete.plan", O_RDONLY | O_CLOEXEC);
    memset(x.slot, -1, sizeof(x.slot));
    if (fd < 0 || read_plan(&x, fd) < 0 || wire_check(x.plan, x.plan_size, &index) < 0)
        return false;
    x.null = open("/dev/null", O_RDWR | O_CLOEXEC);
    x.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    wire_open(&x.cleanup, x.plan, x.plan_size);
    run_cleanup(&x);
    return true;
}

static bool take_force(struct words *words) {
    if (strcmp(words->argv[0], "--force") != 0 && strcmp(words->argv[0], "-f") != 0)
        return false;
    words->argv++, words->argc--;
    return true;
}

void direct_delete(const struct words *given) {
    struct words words = *given;
    struct container c;
    bool force = take_force(&words);
    if (words.argc != 1 || !container_find(&words, words.argv[0], &c) || !c.plain_delete || !container_lock(&c))
        return;
    enum status status = container_status(&c);
    if (status == STOPPED || status == CREATED || (force && status == RUNNING))
        if (end_process(&c) && leave(&c))
            _exit(0);
}
