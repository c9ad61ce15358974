/*
 * Paths. With slot -1 a path is the host's, absolute, resolved as usual. With a slot, the kernel resolves it
 * below that descriptor as if it were the root: no symlink, however made, leads out.
 */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

int openat2_retrying(int at, const char *path, struct kern_open_how *how) {
    long fd;
    /* EAGAIN: something on the way was renamed meanwhile, and the kernel cannot tell whether we left the root. */
    for (int attempt = 0; attempt < 64; attempt++)
        if ((fd = syscall(SYS_openat2, at, path, how, sizeof(*how))) >= 0 || errno != EAGAIN)
            return fd < 0 ? fail("openat2") : (int)fd;
    return fail("openat2");
}

int open_path(const struct executor *x, int at, const char *path, uint64_t flags, unsigned mode) {
    flags |= O_CLOEXEC;
    if (at < 0) {
        if (path[0] != '/')
            return fail_as(EINVAL, "open");
        int fd = open(path, (int)flags, mode);
        return fd < 0 ? fail("open") : fd;
    }
    if (path[0] == '\0') {
        int fd = fcntl(x->slot[at], F_DUPFD_CLOEXEC, 3);
        return fd < 0 ? fail("fcntl") : fd;
    }
    struct kern_open_how how = {
        .flags = flags,
        .mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? mode : 0,
        .resolve = KERN_RESOLVE_IN_ROOT | KERN_RESOLVE_NO_MAGICLINKS,
    };
    return openat2_retrying(x->slot[at], path, &how);
}

/* Opens the directory that a path's last component is in. A path without one ("/", "..") is EEXIST. */
int find_place(const struct executor *x, int at, const char *path, struct place *place) {
    char parent[PATH_MAX];
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    size_t length = end - begin;
    if (length >= sizeof(place->name) || begin >= sizeof(parent))
        return fail_as(ENAMETOOLONG, "open");
    memcpy(place->name, path + begin, length);
    place->name[length] = '\0';
    if (length == 0 || strcmp(place->name, ".") == 0 || strcmp(place->name, "..") == 0)
        return fail_as(EEXIST, "open");
    memcpy(parent, path, begin);
    strcpy(parent + begin, begin == 0 && at >= 0 ? "." : "");
    place->parent = open_path(x, at, parent, O_PATH | O_DIRECTORY, 0);
    return place->parent < 0 ? -1 : 0;
}

/*
 * mount(2) and chmod(2) take no descriptor, but a path: /proc/self/fd/N, by way of the host's own /proc, since
 * the container's is whatever its image made of it. Answers the directory to go back to.
 */
int enter_proc(const struct executor *x, int fd, char path[32]) {
    int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (cwd < 0)
        return fail("open");
    if (fchdir(x->proc) < 0) {
        close_keeping_errno(cwd);
        return fail("fchdir");
    }
    put_number(put(path, "self/fd/"), (uint64_t)fd);
    return cwd;
}

int leave_proc(int cwd, int answer) {
    int error = errno;
    if (fchdir(cwd) < 0 && answer >= 0)
        answer = fail("fchdir");
    else
        errno = error;
    close_keeping_errno(cwd);
    return answer;
}
