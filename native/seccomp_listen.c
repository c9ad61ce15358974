/*
 * A filter that asks a listener. From the moment it is in force each of our calls may wait for that listener, the one
 * that would send it the descriptor included: a helper that shares our descriptors, and not our filter, sends it.
 */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILTER_FLAG_NEW_LISTENER 8
enum { WAITING = -1, REFUSED = -2 };

static int send_listener(int socket, const char *text, size_t size, int listener) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)text, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &listener, sizeof(int));
    ssize_t sent;
    while ((sent = sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        continue;
    /* The descriptor went with the first byte; the rest is plain. */
    return sent < 0 ? -1 : (size_t)sent == size ? 0 : write_all(socket, text + sent, size - (size_t)sent);
}

/* Nobody can wake us but memory: a futex or a pipe would take a call of the filtered process. */
static void __attribute__((noreturn)) help(volatile int *listener, int socket, const char *text, size_t size) {
    while (*listener == WAITING)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    _exit(*listener == REFUSED || send_listener(socket, text, size, *listener) < 0);
}

/* The parts of the text stand around the pid, as the host counts it. */
static size_t state_text(const struct executor *x, const struct arg *parts, char *text) {
    char pid[24] = "0", *end = text;
    ssize_t got = readlinkat(x->proc, "self", pid, sizeof(pid) - 1);
    pid[got < 0 ? 1 : got] = '\0';
    for (const char *part = NULL; (part = list_next(parts, part)) != NULL;)
        end = put(put(end, part), part + strlen(part) + 1 < parts->text + parts->size ? pid : "");
    return (size_t)(end - text);
}

int op_seccomp_listen(struct executor *x, const struct op *op) {
    const struct arg *program = &op->arg[ARG_SECCOMP_LISTEN_PROGRAM];
    int slot = SLOT(ARG_SECCOMP_LISTEN_SOCKET), socket = slot < 0 ? -1 : x->slot[slot];
    struct kern_sock_fprog filter = {.length = (unsigned short)(program->size / 8), .filter = program->text};
    const struct arg *parts = &op->arg[ARG_SECCOMP_LISTEN_STATE];
    volatile int *listener = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *text = memory(parts->size * 24 + 1);
    if (program->size == 0 || program->size % 8 != 0 || program->size / 8 > UINT16_MAX)
        return fail_as(EINVAL, "seccomp");
    if (listener == MAP_FAILED || text == NULL)
        return fail("mmap");
    *listener = WAITING;
    size_t size = state_text(x, parts, text);
    outlive_parent(x);
    struct kern_clone_args args = {.flags = CLONE_FILES, .exit_signal = SIGCHLD};
    long helper = syscall(SYS_clone3, &args, sizeof(args));
    if (helper < 0)
        return fail("clone3");
    if (helper == 0)
        help(listener, socket, text, size);
    long fd = syscall(SYS_seccomp, KERN_SECCOMP_SET_MODE_FILTER, NUMBER(ARG_SECCOMP_LISTEN_FLAGS) | FILTER_FLAG_NEW_LISTENER, &filter);
    *listener = fd < 0 ? REFUSED : (int)fd;
    if (fd < 0)
        return fail("seccomp");
    int status = 0;
    while (waitpid((pid_t)helper, &status, 0) < 0 && errno == EINTR)
        continue;
    return status == 0 ? 0 : fail_as(EPIPE, "sendmsg");
}
