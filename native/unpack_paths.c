/*
 * The paths of an archive: each is resolved below the root by the kernel, the last name is never followed, and nothing but what
 * was just made here is opened.
 */
#include "unpack.h"
#include "kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int unpack_open_below(const struct unpacking *u, const char *path, uint64_t flags) {
    struct kern_open_how how = {
        .flags = flags | O_CLOEXEC,
        .resolve = KERN_RESOLVE_IN_ROOT | KERN_RESOLVE_NO_MAGICLINKS | (u->live ? 0 : KERN_RESOLVE_NO_XDEV),
    };
    return openat2_retrying(u->root, path[0] == '\0' ? "." : path, &how);
}

static void forget_parent(struct unpacking *u) {
    if (u->parent >= 0)
        close(u->parent);
    u->parent = -1;
    u->parent_path[0] = '\0';
}

/* A directory that an archive takes for granted: as mkdir -p makes it. */
int unpack_make_path(const struct unpacking *u, const char *path) {
    char prefix[UNPACK_PATH_MAX];
    strcpy(prefix, path);
    int parent = unpack_open_below(u, "", O_PATH | O_DIRECTORY);
    for (char *name = prefix, *end; parent >= 0 && *name != '\0'; name = end) {
        end = name + strcspn(name, "/");
        bool last = *end == '\0';
        *end = '\0';
        bool made = end == name || mkdirat(parent, name, 0755) == 0 || errno == EEXIST;
        close_keeping_errno(parent);
        parent = made ? unpack_open_below(u, prefix, O_PATH | O_DIRECTORY) : fail("mkdirat");
        if (!last)
            *end++ = '/';
    }
    if (parent < 0)
        return -1;
    close(parent);
    return 0;
}

int unpack_open_parent(struct unpacking *u, const char *path) {
    if (u->parent >= 0 && strcmp(path, u->parent_path) == 0)
        return 0;
    forget_parent(u);
    int fd = unpack_open_below(u, path, O_PATH | O_DIRECTORY);
    if (fd < 0 && errno == ENOENT && unpack_make_path(u, path) == 0)
        fd = unpack_open_below(u, path, O_PATH | O_DIRECTORY);
    if (fd < 0)
        return -1;
    u->parent = fd;
    strcpy(u->parent_path, path);
    return 0;
}

/* A path's directory and its last name, which is one that can be made. */
int unpack_split(const char *path, char directory[UNPACK_PATH_MAX], char name[256]) {
    const char *slash = strrchr(path, '/');
    const char *last = slash == NULL ? path : slash + 1;
    size_t size = slash == NULL ? 0 : (size_t)(slash - path);
    if (strlen(last) > 255)
        return fail_as(ENAMETOOLONG, "openat2");
    if (last[0] == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        return fail_as(EINVAL, "unpack");
    strcpy(name, last);
    memcpy(directory, path, size);
    directory[size] = '\0';
    return 0;
}
