/* Operations on mounts. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_missing(void) {
    return errno == ENOENT || errno == ENOTDIR;
}

/* mount(2) onto what a descriptor stands for. */
static int mount_on(const struct executor *x, int fd, const char *source, const char *type, uint64_t flags, const char *data) {
    char path[32];
    int cwd = enter_proc(x, fd, path);
    if (cwd < 0)
        return -1;
    int answer = mount(source, path, type, flags, data);
    return leave_proc(cwd, answer < 0 ? fail("mount") : 0);
}

int op_mount(struct executor *x, const struct op *op) {
    const char *data = TEXT(ARG_MOUNT_DATA)[0] == '\0' ? NULL : TEXT(ARG_MOUNT_DATA);
    const char *source = TEXT(ARG_MOUNT_SOURCE), *type = TEXT(ARG_MOUNT_TYPE), *target = TEXT(ARG_MOUNT_TARGET);
    if (SLOT(ARG_MOUNT_AT) < 0)
        return mount(source, target, type, NUMBER(ARG_MOUNT_FLAGS), data) < 0 ? fail("mount") : 0;
    int fd = open_path(x, SLOT(ARG_MOUNT_AT), target, O_PATH, 0);
    if (fd < 0)
        return -1;
    int answer = mount_on(x, fd, source, type, NUMBER(ARG_MOUNT_FLAGS), data);
    close_keeping_errno(fd);
    return answer;
}

static int set_attributes(int fd, bool recursive, uint64_t set, uint64_t clear, uint64_t propagation) {
    struct kern_mount_attr attr = {.set = set, .clear = clear, .propagation = propagation};
    unsigned flags = AT_EMPTY_PATH | (recursive ? KERN_AT_RECURSIVE : 0);
    if (set == 0 && clear == 0 && propagation == 0)
        return 0;
    return syscall(SYS_mount_setattr, fd, "", flags, &attr, sizeof(attr)) < 0 ? fail("mount_setattr") : 0;
}

/* Only a tree that is attached nowhere yet can be id-mapped. */
static int map_ids(const struct executor *x, int tree, int slot, bool recursive) {
    if (slot < 0)
        return 0;
    struct kern_mount_attr attr = {.set = KERN_MOUNT_ATTR_IDMAP, .userns = (uint64_t)(int64_t)x->slot[slot]};
    unsigned flags = AT_EMPTY_PATH | (recursive ? KERN_AT_RECURSIVE : 0);
    return syscall(SYS_mount_setattr, tree, "", flags, &attr, sizeof(attr)) < 0 ? fail("mount_setattr") : 0;
}

int clone_tree(int at, const char *path, bool recursive) {
    unsigned flags = KERN_OPEN_TREE_CLONE | O_CLOEXEC | (path[0] == '\0' ? AT_EMPTY_PATH : 0);
    long tree = syscall(SYS_open_tree, at, path, flags | (recursive ? KERN_AT_RECURSIVE : 0));
    return tree < 0 ? fail("open_tree") : (int)tree;
}

int attach_tree(int tree, int target) {
    unsigned flags = KERN_MOVE_MOUNT_F_EMPTY_PATH | KERN_MOVE_MOUNT_T_EMPTY_PATH;
    return syscall(SYS_move_mount, tree, "", target, "", flags) < 0 ? fail("move_mount") : 0;
}

/* A copy of the mount at a path, still attached nowhere. */
static int copy_mount(const struct executor *x, int at, const char *path, bool recursive) {
    int source = open_path(x, at, path, O_PATH, 0);
    if (source < 0)
        return -1;
    int tree = clone_tree(source, "", recursive);
    close_keeping_errno(source);
    return tree;
}

static int bind(struct executor *x, const struct op *op) {
    int tree = copy_mount(x, SLOT(ARG_BIND_SOURCE_AT), TEXT(ARG_BIND_SOURCE), NUMBER(ARG_BIND_RECURSIVE));
    if (tree < 0)
        return -1;
    /* Attributes before the mount is seen anywhere: there is no moment in which a read-only one can be written. */
    int answer = set_attributes(tree, NUMBER(ARG_BIND_ATTR_RECURSIVE), NUMBER(ARG_BIND_ATTR_SET),
                                NUMBER(ARG_BIND_ATTR_CLEAR), NUMBER(ARG_BIND_PROPAGATION));
    if (answer == 0)
        answer = map_ids(x, tree, SLOT(ARG_BIND_ID_MAP), NUMBER(ARG_BIND_ID_MAP_RECURSIVE));
    int target = answer < 0 ? -1 : open_path(x, SLOT(ARG_BIND_AT), TEXT(ARG_BIND_TARGET), O_PATH, 0);
    answer = target < 0 ? -1 : attach_tree(tree, target);
    if (target >= 0)
        close_keeping_errno(target);
    close_keeping_errno(tree);
    return answer;
}

int op_bind(struct executor *x, const struct op *op) {
    int answer = bind(x, op);
    return answer < 0 && is_missing() && NUMBER(ARG_BIND_MISSING_OK) ? 0 : answer;
}

/* By whom the files' owners may be shifted: the host, before a child in a user namespace has no say over them. */
int op_clone_mount(struct executor *x, const struct op *op) {
    bool recursive = NUMBER(ARG_CLONE_MOUNT_RECURSIVE);
    int tree = copy_mount(x, -1, TEXT(ARG_CLONE_MOUNT_SOURCE), recursive);
    if (tree < 0)
        return -1;
    int answer = set_attributes(tree, NUMBER(ARG_CLONE_MOUNT_ATTR_RECURSIVE), NUMBER(ARG_CLONE_MOUNT_ATTR_SET),
                                NUMBER(ARG_CLONE_MOUNT_ATTR_CLEAR), 0);
    if (answer == 0)
        answer = set_attributes(tree, recursive, 0, 0, NUMBER(ARG_CLONE_MOUNT_PROPAGATION));
    if (answer == 0)
        answer = map_ids(x, tree, SLOT(ARG_CLONE_MOUNT_ID_MAP), NUMBER(ARG_CLONE_MOUNT_ID_MAP_RECURSIVE));
    if (answer < 0)
        return close_keeping_errno(tree);
    slot_set(x, SLOT(ARG_CLONE_MOUNT_SLOT), tree);
    return 0;
}

int op_attach_mount(struct executor *x, const struct op *op) {
    int slot = SLOT(ARG_ATTACH_MOUNT_SLOT);
    int target = open_path(x, SLOT(ARG_ATTACH_MOUNT_AT), TEXT(ARG_ATTACH_MOUNT_TARGET), O_PATH, 0);
    if (target < 0)
        return -1;
    int answer = attach_tree(slot < 0 ? -1 : x->slot[slot], target);
    close_keeping_errno(target);
    return answer;
}

static int cover(const struct executor *x, int target, int file) {
    struct stat status;
    if (fstat(target, &status) < 0)
        return fail("fstat");
    if (S_ISDIR(status.st_mode))
        return mount_on(x, target, "tmpfs", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    int tree = clone_tree(file, "", false);
    if (tree < 0)
        return -1;
    /* It is the host's: on a mount that can be written to, the container could change its owner and its mode. */
    int answer = set_attributes(tree, false, KERN_MOUNT_ATTR_RDONLY, 0, 0);
    if (answer == 0)
        answer = attach_tree(tree, target);
    close_keeping_errno(tree);
    return answer;
}

int op_mask(struct executor *x, const struct op *op) {
    int target = open_path(x, SLOT(ARG_MASK_AT), TEXT(ARG_MASK_PATH), O_PATH, 0);
    if (target < 0)
        return is_missing() ? 0 : -1;
    int answer = cover(x, target, SLOT(ARG_MASK_FILE) < 0 ? -1 : x->slot[SLOT(ARG_MASK_FILE)]);
    close_keeping_errno(target);
    return answer;
}

int op_mount_setattr(struct executor *x, const struct op *op) {
    int fd = open_path(x, SLOT(ARG_MOUNT_SETATTR_AT), TEXT(ARG_MOUNT_SETATTR_PATH), O_PATH, 0);
    if (fd < 0)
        return -1;
    int answer = set_attributes(fd, NUMBER(ARG_MOUNT_SETATTR_RECURSIVE), NUMBER(ARG_MOUNT_SETATTR_ATTR_SET),
                                NUMBER(ARG_MOUNT_SETATTR_ATTR_CLEAR), NUMBER(ARG_MOUNT_SETATTR_PROPAGATION));
    close_keeping_errno(fd);
    return answer;
}

/* By its parent: a descriptor of the mount itself would be what keeps it busy. */
static int umount_below(const struct executor *x, int at, const char *path, int flags) {
    struct place place;
    if (find_place(x, at, path, &place) < 0)
        return -1;
    int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int answer = cwd < 0 ? fail("open") : fchdir(place.parent) < 0 ? fail("fchdir") : 0;
    if (answer == 0 && umount2(place.name, flags | UMOUNT_NOFOLLOW) < 0)
        answer = fail("umount2");
    if (cwd >= 0)
        answer = leave_proc(cwd, answer);
    close_keeping_errno(place.parent);
    return answer;
}

int op_umount(struct executor *x, const struct op *op) {
    const char *path = TEXT(ARG_UMOUNT_PATH);
    int at = SLOT(ARG_UMOUNT_AT), flags = (int)NUMBER(ARG_UMOUNT_FLAGS);
    int answer = at >= 0 ? umount_below(x, at, path, flags) : umount2(path, flags) < 0 ? fail("umount2") : 0;
    /* EINVAL: the path is there, but it is no mount point. */
    bool missing = answer < 0 && (errno == EINVAL || errno == ENOENT);
    return missing && NUMBER(ARG_UMOUNT_MISSING_OK) ? 0 : answer;
}

/*
 * The old root lands on top of the new one, in the same place. Before it goes it becomes a slave: where the host's
 * mounts are shared with it, the host would follow the unmounting.
 */
static int leave_old_root(int old) {
    if (syscall(SYS_pivot_root, ".", ".") < 0)
        return fail("pivot_root");
    if (fchdir(old) < 0)
        return fail("fchdir");
    if (mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0)
        return fail("mount");
    if (umount2(".", MNT_DETACH) < 0)
        return fail("umount2");
    return chdir("/") < 0 ? fail("chdir") : 0;
}

/*
 * What the root is moved over stays mounted, out of reach. Its proc and sysfs go: where they are in full sight, a user
 * namespace may mount its own of them, without what is masked. We hold on to the one that we still need.
 */
int op_move_root(struct executor *x, const struct op *op) {
    int slot = SLOT(ARG_MOVE_ROOT_SLOT);
    umount2("/proc", MNT_DETACH);
    umount2("/sys", MNT_DETACH);
    if (fchdir(slot < 0 ? -1 : x->slot[slot]) < 0)
        return fail("fchdir");
    if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
        return fail("mount");
    if (chroot(".") < 0)
        return fail("chroot");
    return chdir("/") < 0 ? fail("chdir") : 0;
}

int op_pivot_root(struct executor *x, const struct op *op) {
    int slot = SLOT(ARG_PIVOT_ROOT_SLOT), old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (old < 0)
        return fail("open");
    int answer = fchdir(slot < 0 ? -1 : x->slot[slot]) < 0 ? fail("fchdir") : leave_old_root(old);
    close_keeping_errno(old);
    return answer;
}
