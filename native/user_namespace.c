/* A user namespace that nobody is in: id-mapped mounts take their maps from one. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_of(const struct executor *x, pid_t pid, const char *name, int flags) {
    char path[48];
    put(put(put_number(path, (uint64_t)pid), "/"), name);
    int fd = openat(x->proc, path, flags | O_CLOEXEC);
    return fd < 0 ? fail("openat") : fd;
}

static int write_map(const struct executor *x, pid_t pid, const char *name, const struct arg *map) {
    int fd = open_of(x, pid, name, O_WRONLY);
    if (fd < 0)
        return -1;
    /* The kernel takes a map in one write, and only once. */
    int answer = write(fd, map->text, map->size) < 0 ? fail("write") : 0;
    close_keeping_errno(fd);
    return answer;
}

/*
 * The process that the namespace is made with ends at once: until it is waited for, /proc/PID of the dead still
 * leads to its namespace.
 */
int op_user_namespace(struct executor *x, const struct op *op) {
    struct kern_clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &args, sizeof(args));
    if (pid == 0)
        _exit(0);
    if (pid < 0)
        return fail("clone3");
    int fd = -1;
    if (write_map(x, (pid_t)pid, "uid_map", &op->arg[ARG_USER_NAMESPACE_UID_MAP]) == 0 &&
        write_map(x, (pid_t)pid, "gid_map", &op->arg[ARG_USER_NAMESPACE_GID_MAP]) == 0)
        fd = open_of(x, (pid_t)pid, "ns/user", O_RDONLY);
    int error = errno;
    while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    errno = error;
    if (fd < 0)
        return -1;
    slot_set(x, SLOT(ARG_USER_NAMESPACE_SLOT), fd);
    return 0;
}
