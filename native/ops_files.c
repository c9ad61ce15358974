/* Operations on files and directories. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int op_open(struct executor *x, const struct op *op) {
    int fd = open_path(x, SLOT(ARG_OPEN_AT), TEXT(ARG_OPEN_PATH), NUMBER(ARG_OPEN_FLAGS), (unsigned)NUMBER(ARG_OPEN_MODE));
    if (fd < 0)
        return -1;
    if (SLOT(ARG_OPEN_SLOT) < 0) {
        close(fd);
        return fail_as(EBADF, "open");
    }
    slot_set(x, SLOT(ARG_OPEN_SLOT), fd);
    return 0;
}

int op_close(struct executor *x, const struct op *op) {
    int slot = SLOT(ARG_CLOSE_SLOT);
    if (slot < 0 || x->slot[slot] < 0)
        return fail_as(EBADF, "close");
    /* What is closed in the end is a lock, and its next owner listens under our socket's name. */
    if (op->stage == STAGE_CLEANUP)
        listener_close();
    slot_set(x, slot, -1);
    return 0;
}

static int made(const struct place *place, int answer, const char *call) {
    close_keeping_errno(place->parent);
    return answer < 0 ? fail(call) : 0;
}

/* An existing directory is one also at the end of a symlink that stays below the root. */
static bool is_directory(const struct executor *x, int at, const char *path) {
    int fd = open_path(x, at, path, O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

int op_mkdir(struct executor *x, const struct op *op) {
    int at = SLOT(ARG_MKDIR_AT);
    struct place place;
    int answer = find_place(x, at, TEXT(ARG_MKDIR_PATH), &place);
    if (answer == 0)
        answer = made(&place, mkdirat(place.parent, place.name, (mode_t)NUMBER(ARG_MKDIR_MODE)), "mkdirat");
    if (answer == 0 || errno != EEXIST || !NUMBER(ARG_MKDIR_EXIST_OK))
        return answer;
    return is_directory(x, at, TEXT(ARG_MKDIR_PATH)) ? 0 : fail_as(EEXIST, "mkdirat");
}

int op_symlink(struct executor *x, const struct op *op) {
    struct place place;
    if (find_place(x, SLOT(ARG_SYMLINK_AT), TEXT(ARG_SYMLINK_PATH), &place) < 0)
        return -1;
    int answer = symlinkat(TEXT(ARG_SYMLINK_TARGET), place.parent, place.name);
    if (answer < 0 && errno == EEXIST && NUMBER(ARG_SYMLINK_EXIST_OK))
        answer = 0;
    return made(&place, answer, "symlinkat");
}

/* Only the same kind of file, and the same device, passes for what was asked for. */
static bool is_same_node(const struct place *place, mode_t mode, uint64_t device) {
    struct stat status;
    if (fstatat(place->parent, place->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    mode_t type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
    bool is_device = type == S_IFCHR || type == S_IFBLK;
    return (status.st_mode & S_IFMT) == type && (!is_device || status.st_rdev == device);
}

int op_mknod(struct executor *x, const struct op *op) {
    mode_t mode = (mode_t)NUMBER(ARG_MKNOD_MODE);
    struct place place;
    if (find_place(x, SLOT(ARG_MKNOD_AT), TEXT(ARG_MKNOD_PATH), &place) < 0)
        return -1;
    int answer = mknodat(place.parent, place.name, mode, (dev_t)NUMBER(ARG_MKNOD_DEVICE));
    if (answer < 0 && errno == EEXIST && NUMBER(ARG_MKNOD_EXIST_OK)) {
        answer = is_same_node(&place, mode, NUMBER(ARG_MKNOD_DEVICE)) ? 0 : -1;
        errno = EEXIST;
    }
    return made(&place, answer, "mknodat");
}

int op_chmod(struct executor *x, const struct op *op) {
    char path[32];
    int fd = open_path(x, SLOT(ARG_CHMOD_AT), TEXT(ARG_CHMOD_PATH), O_PATH, 0);
    if (fd < 0)
        return -1;
    put_number(put(path, "self/fd/"), (uint64_t)fd);
    int answer = fchmodat(x->proc, path, (mode_t)NUMBER(ARG_CHMOD_MODE), 0);
    close_keeping_errno(fd);
    return answer < 0 ? fail("fchmodat") : 0;
}

int op_chown(struct executor *x, const struct op *op) {
    int fd = open_path(x, SLOT(ARG_CHOWN_AT), TEXT(ARG_CHOWN_PATH), O_PATH, 0);
    if (fd < 0)
        return -1;
    int answer = fchownat(fd, "", (uid_t)NUMBER(ARG_CHOWN_UID), (gid_t)NUMBER(ARG_CHOWN_GID), AT_EMPTY_PATH);
    close_keeping_errno(fd);
    return answer < 0 ? fail("fchownat") : 0;
}

static int write_file(const struct executor *x, int at, const char *path, uint64_t flags, const void *data, size_t size) {
    int fd = open_path(x, at, path, flags, 0644);
    if (fd < 0)
        return -1;
    int answer = write_all(fd, data, size);
    if (answer < 0)
        return fail("write") + 0 * close_keeping_errno(fd);
    /* Some file systems (9p, nfs) say only now that there was no room. */
    return close(fd) < 0 ? fail("close") : 0;
}

int op_write(struct executor *x, const struct op *op) {
    const struct arg *data = &op->arg[ARG_WRITE_DATA];
    return write_file(x, SLOT(ARG_WRITE_AT), TEXT(ARG_WRITE_PATH), NUMBER(ARG_WRITE_FLAGS), data->text, data->size);
}

/* In the child: its own pid as its own pid namespace counts, which is also how the kernel reads what it writes. */
int op_write_pid(struct executor *x, const struct op *op) {
    char text[24];
    pid_t pid = x->in_child ? getpid() : x->pid;
    if (pid == 0)
        return fail_as(ESRCH, "write");
    size_t size = (size_t)(put_number(text, (uint64_t)pid) - text);
    return write_file(x, SLOT(ARG_WRITE_PID_AT), TEXT(ARG_WRITE_PID_PATH), NUMBER(ARG_WRITE_PID_FLAGS), text, size);
}

int op_unlink(struct executor *x, const struct op *op) {
    struct place place;
    bool missing_ok = NUMBER(ARG_UNLINK_MISSING_OK);
    if (find_place(x, SLOT(ARG_UNLINK_AT), TEXT(ARG_UNLINK_PATH), &place) < 0)
        return errno == ENOENT && missing_ok ? 0 : -1;
    int answer = unlinkat(place.parent, place.name, 0);
    if (answer < 0 && errno == ENOENT && missing_ok)
        answer = 0;
    return made(&place, answer, "unlinkat");
}

int op_unlink_link(struct executor *x, const struct op *op) {
    const struct arg *target = &op->arg[ARG_UNLINK_LINK_TARGET];
    struct place place;
    char found[PATH_MAX];
    if (find_place(x, SLOT(ARG_UNLINK_LINK_AT), TEXT(ARG_UNLINK_LINK_PATH), &place) < 0)
        return errno == ENOENT ? 0 : -1;
    ssize_t size = readlinkat(place.parent, place.name, found, sizeof(found));
    bool same = size >= 0 && (size_t)size == target->size && memcmp(found, target->text, target->size) == 0;
    return made(&place, same ? unlinkat(place.parent, place.name, 0) : 0, "unlinkat");
}

static int remove_place(const struct executor *x, int at, const char *path, bool cgroup, uint64_t busy_ms) {
    struct place place;
    if (find_place(x, at, path, &place) < 0)
        return errno == ENOENT ? 0 : -1;
    int answer = remove_tree(&place, cgroup, busy_ms);
    close_keeping_errno(place.parent);
    return answer;
}

int op_remove(struct executor *x, const struct op *op) {
    return remove_place(x, SLOT(ARG_REMOVE_AT), TEXT(ARG_REMOVE_PATH), false, 0);
}

int op_remove_cgroup(struct executor *x, const struct op *op) {
    uint64_t busy_ms = NUMBER(ARG_REMOVE_CGROUP_BUSY_MS);
    return remove_place(x, SLOT(ARG_REMOVE_CGROUP_AT), TEXT(ARG_REMOVE_CGROUP_PATH), true, busy_ms);
}
