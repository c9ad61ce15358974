/*
 * Removes a directory with all below it, never across a mount and never through a symlink. However deep the tree
 * (a container may have made it), two descriptors are enough: the way back up is "..", and a directory that was
 * left empty goes when its parent is read again.
 */
#include "executor.h"
#include "kernel.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STAY_ON_MOUNT (KERN_RESOLVE_NO_XDEV | KERN_RESOLVE_NO_SYMLINKS | KERN_RESOLVE_NO_MAGICLINKS)

struct walk {
    bool cgroup;
    struct timespec deadline;
    int directory;
    unsigned depth;
};

struct dirent_buffer {
    _Alignas(8) char bytes[8192];
};

struct kern_dirent {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

static int open_directory(int parent, const char *name) {
    struct kern_open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, .resolve = STAY_ON_MOUNT};
    return (int)syscall(SYS_openat2, parent, name, &how, sizeof(how));
}

static bool is_directory(const struct walk *walk, const struct kern_dirent *entry) {
    struct stat status;
    if (entry->type != DT_UNKNOWN)
        return entry->type == DT_DIR;
    return fstatat(walk->directory, entry->name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

/* 1: gone. 0: a directory that must be emptied first. -1: neither. */
static int try_remove(const struct walk *walk, int parent, const char *name, bool directory) {
    if (unlinkat(parent, name, directory ? AT_REMOVEDIR : 0) == 0 || errno == ENOENT)
        return 1;
    if (!directory)
        return fail("unlinkat");
    /* A cgroup answers EBUSY both for its processes and for its own cgroups; a directory only for a mount. */
    if (errno == ENOTEMPTY || errno == EEXIST || (walk->cgroup && errno == EBUSY))
        return 0;
    return fail("unlinkat");
}

static int descend(struct walk *walk, int parent, const char *name) {
    int child = open_directory(parent, name);
    if (child < 0)
        return errno == ENOENT ? 0 : fail("openat2");
    if (walk->directory >= 0)
        close(walk->directory);
    walk->directory = child;
    walk->depth++;
    return 0;
}

static int ascend(struct walk *walk) {
    if (--walk->depth == 0)
        return 0;
    int parent = openat(walk->directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return fail("openat");
    close(walk->directory);
    walk->directory = parent;
    return 0;
}

/* Removes what it can of one directory. 1: it is empty. 0: went into one below. -1: stuck. */
static int empty_directory(struct walk *walk) {
    struct dirent_buffer buffer;
    long got;
    if (lseek(walk->directory, 0, SEEK_SET) < 0)
        return fail("lseek");
    while ((got = syscall(SYS_getdents64, walk->directory, buffer.bytes, sizeof(buffer.bytes))) > 0) {
        for (long at = 0; at < got;) {
            struct kern_dirent *entry = (struct kern_dirent *)(buffer.bytes + at);
            at += entry->length;
            bool directory = is_directory(walk, entry);
            if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0 || (walk->cgroup && !directory))
                continue;
            int answer = try_remove(walk, walk->directory, entry->name, directory);
            if (answer < 0)
                return -1;
            if (answer == 0)
                return descend(walk, walk->directory, entry->name);
        }
    }
    return got < 0 ? fail("getdents64") : 1;
}

static int wait_while_busy(const struct walk *walk) {
    struct timespec now, pause = {.tv_nsec = 500000};
    clock_gettime(CLOCK_MONOTONIC, &now);
    bool late = now.tv_sec != walk->deadline.tv_sec ? now.tv_sec > walk->deadline.tv_sec : now.tv_nsec >= walk->deadline.tv_nsec;
    if (late)
        return fail_as(EBUSY, "unlinkat");
    nanosleep(&pause, NULL);
    return 0;
}

/* Goes on from where the walk is, until the topmost directory is empty. */
static int empty_tree(struct walk *walk) {
    while (walk->depth > 0) {
        int answer = empty_directory(walk);
        if (answer < 0)
            return -1;
        if (answer == 1 && ((walk->cgroup && wait_while_busy(walk) < 0) || ascend(walk) < 0))
            return -1;
    }
    return 0;
}

static void set_deadline(struct timespec *deadline, uint64_t ms) {
    clock_gettime(CLOCK_MONOTONIC, deadline);
    deadline->tv_sec += (time_t)(ms / 1000);
    deadline->tv_nsec += (long)(ms % 1000) * 1000000;
    if (deadline->tv_nsec < 1000000000)
        return;
    deadline->tv_sec++;
    deadline->tv_nsec -= 1000000000;
}

int remove_tree(const struct place *place, bool cgroup, uint64_t busy_ms) {
    struct walk walk = {.cgroup = cgroup, .directory = -1};
    struct stat status;
    int answer = 0;
    if (fstatat(place->parent, place->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : fail("fstatat");
    set_deadline(&walk.deadline, busy_ms);
    while (answer == 0 && (answer = try_remove(&walk, place->parent, place->name, S_ISDIR(status.st_mode))) == 0)
        if ((answer = descend(&walk, place->parent, place->name)) == 0)
            answer = empty_tree(&walk);
    if (walk.directory >= 0)
        close_keeping_errno(walk.directory);
    return answer < 0 ? -1 : 0;
}
