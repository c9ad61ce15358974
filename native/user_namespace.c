/* User namespaces: one that nobody is in, for id-mapped mounts, and a child that is born in another's. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
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

/* What the two sides share. */
struct birth {
    int pidfd, setns_error, clone_error;
};

/* The pid that a pidfd stands for, as our /proc counts. */
static pid_t pid_of(const struct executor *x, int pidfd) {
    char path[40], text[512];
    uint64_t pid;
    put_number(put(path, "self/fdinfo/"), (uint64_t)pidfd);
    int fd = openat(x->proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail("openat");
    ssize_t got = read(fd, text, sizeof(text) - 1);
    close_keeping_errno(fd);
    text[got < 0 ? 0 : got] = '\0';
    const char *line = strstr(text, "\nPid:\t");
    if (line == NULL)
        return fail_as(ESRCH, "read");
    line += strlen("\nPid:\t");
    return parse_number(line, strcspn(line, "\n"), &pid) ? (pid_t)pid : fail_as(ESRCH, "read");
}

/*
 * From a user namespace there is no way back: a process of its own goes there, with our descriptors, and has a child
 * that is ours. As clone3(2) does: 0 in the child, its pid here, -1 with errno and failed_call.
 */
int clone_in_user_namespace(struct executor *x, int user, struct kern_clone_args *args) {
    struct kern_clone_args mother = {.flags = CLONE_FILES, .exit_signal = SIGCHLD};
    struct birth *birth = mmap(NULL, sizeof(*birth), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (birth == MAP_FAILED)
        return fail("mmap");
    *birth = (struct birth){.pidfd = -1, .clone_error = ECHILD};
    args->flags |= CLONE_PARENT;
    args->exit_signal = 0; /* with CLONE_PARENT it is the mother's */
    args->pidfd = (uintptr_t)&birth->pidfd;
    long pid = syscall(SYS_clone3, &mother, sizeof(mother));
    if (pid == 0) {
        if (setns(user, CLONE_NEWUSER) < 0)
            birth->setns_error = errno;
        else if ((pid = syscall(SYS_clone3, args, sizeof(*args))) == 0)
            return 0;
        birth->clone_error = pid < 0 ? errno : 0;
        _exit(0);
    }
    if (pid < 0)
        return fail("clone3");
    while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    struct birth seen = *birth;
    munmap(birth, sizeof(*birth));
    if (seen.setns_error != 0)
        return fail_as(seen.setns_error, "setns");
    if (seen.clone_error != 0)
        return fail_as(seen.clone_error, "clone3");
    x->pidfd = seen.pidfd;
    return pid_of(x, seen.pidfd);
}
