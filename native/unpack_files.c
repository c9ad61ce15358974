/*
 * What each record of `unpack` makes. The paths are an archive's: each is resolved below the root by the kernel, the
 * last name is never followed, and nothing but what was just made here is opened.
 */
#include "unpack.h"
#include "kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static int open_below(const struct unpacking *u, const char *path, uint64_t flags) {
    struct kern_open_how how = {
        .flags = flags | O_CLOEXEC,
        .resolve = KERN_RESOLVE_IN_ROOT | KERN_RESOLVE_NO_MAGICLINKS | KERN_RESOLVE_NO_XDEV,
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
static int make_path(const struct unpacking *u, const char *path) {
    char prefix[UNPACK_PATH_MAX];
    strcpy(prefix, path);
    int parent = open_below(u, "", O_PATH | O_DIRECTORY);
    for (char *name = prefix, *end; parent >= 0 && *name != '\0'; name = end) {
        end = name + strcspn(name, "/");
        bool last = *end == '\0';
        *end = '\0';
        bool made = end == name || mkdirat(parent, name, 0755) == 0 || errno == EEXIST;
        close_keeping_errno(parent);
        parent = made ? open_below(u, prefix, O_PATH | O_DIRECTORY) : fail("mkdirat");
        if (!last)
            *end++ = '/';
    }
    if (parent < 0)
        return -1;
    close(parent);
    return 0;
}

static int open_parent(struct unpacking *u, const char *path) {
    if (u->parent >= 0 && strcmp(path, u->parent_path) == 0)
        return 0;
    forget_parent(u);
    int fd = open_below(u, path, O_PATH | O_DIRECTORY);
    if (fd < 0 && errno == ENOENT && make_path(u, path) == 0)
        fd = open_below(u, path, O_PATH | O_DIRECTORY);
    if (fd < 0)
        return -1;
    u->parent = fd;
    strcpy(u->parent_path, path);
    return 0;
}

/* A path's directory and its last name, which is one that can be made. */
static int split(const char *path, char directory[UNPACK_PATH_MAX], char name[256]) {
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

static int stat_name(const struct unpacking *u, struct stat *status) {
    return fstatat(u->parent, u->name, status, AT_SYMLINK_NOFOLLOW);
}

static bool is_whiteout(const struct stat *status) {
    return S_ISCHR(status->st_mode) && status->st_rdev == 0;
}

/* A later entry of an archive takes the place of an earlier one. */
static int remove_earlier(struct unpacking *u) {
    struct place place = {.parent = u->parent};
    strcpy(place.name, u->name);
    /* The way here may have led through what goes: that path is to be resolved anew. */
    strcpy(u->parent_path, "/");
    return remove_tree(&place, false, 0);
}

static int own(struct unpacking *u) {
    const struct unpack_record *r = &u->current;
    int answer = u->file >= 0 ? fchown(u->file, r->uid, r->gid)
                              : fchownat(u->parent, u->name, r->uid, r->gid, AT_SYMLINK_NOFOLLOW);
    return answer < 0 ? fail("fchown") : 0;
}

static int make_opaque(const struct unpacking *u, int directory) {
    return fsetxattr(directory, u->opaque, "y", 1, 0) < 0 ? fail("fsetxattr") : 0;
}

static int make_directory(struct unpacking *u) {
    struct stat status;
    bool hides = false;
    if (u->path[0] == '\0') {
        u->file = open_below(u, "", O_RDONLY | O_DIRECTORY);
        return u->file < 0 ? -1 : own(u);
    }
    if (mkdirat(u->parent, u->name, 0700) < 0) {
        if (errno != EEXIST || stat_name(u, &status) < 0)
            return fail("mkdirat");
        hides = is_whiteout(&status);
        if (!S_ISDIR(status.st_mode) && remove_earlier(u) < 0)
            return -1;
        if (!S_ISDIR(status.st_mode) && mkdirat(u->parent, u->name, 0700) < 0)
            return fail("mkdirat");
    }
    u->file = openat(u->parent, u->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (u->file < 0)
        return fail("openat");
    /* A directory in the place of what is deleted below: nothing of the lower one shows through. */
    if (hides && make_opaque(u, u->file) < 0)
        return -1;
    return own(u);
}

static int create_file(struct unpacking *u) {
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    u->file = openat(u->parent, u->name, flags, 0600);
    if (u->file < 0 && errno == EEXIST) {
        if (remove_earlier(u) < 0)
            return -1;
        u->file = openat(u->parent, u->name, flags, 0600);
    }
    return u->file < 0 ? fail("openat") : own(u);
}

static int try_make(struct unpacking *u, const char *text) {
    const struct unpack_record *r = &u->current;
    if (r->kind == UNPACK_SYMLINK)
        return symlinkat(text, u->parent, u->name) < 0 ? fail("symlinkat") : 0;
    return mknodat(u->parent, u->name, r->mode, makedev(r->major, r->minor)) < 0 ? fail("mknodat") : 0;
}

static int make_other(struct unpacking *u, const char *text) {
    int answer = try_make(u, text);
    if (answer < 0 && errno == EEXIST) {
        answer = remove_earlier(u);
        answer = answer < 0 ? -1 : try_make(u, text);
    }
    return answer < 0 ? -1 : own(u);
}

static bool is_same_file(const struct unpacking *u, int from, const char *name) {
    struct stat there, wanted;
    return stat_name(u, &there) == 0 && fstatat(from, name, &wanted, AT_SYMLINK_NOFOLLOW) == 0 &&
           there.st_dev == wanted.st_dev && there.st_ino == wanted.st_ino;
}

static int make_link(struct unpacking *u, const char *target) {
    char name[256], directory[UNPACK_PATH_MAX];
    if (split(target, directory, name) < 0)
        return -1;
    int from = open_below(u, directory, O_PATH | O_DIRECTORY);
    if (from < 0)
        return fail("linkat");
    int answer = linkat(from, name, u->parent, u->name, 0);
    if (answer < 0 && errno == EEXIST) {
        if (is_same_file(u, from, name))
            answer = 0;
        else if (remove_earlier(u) == 0)
            answer = linkat(from, name, u->parent, u->name, 0);
    }
    close_keeping_errno(from);
    return answer < 0 ? fail("linkat") : 0;
}

/* Hides what lower layers have there. What this layer itself has made stands: a directory stops showing theirs. */
static int make_whiteout(struct unpacking *u) {
    struct stat status;
    if (mknodat(u->parent, u->name, S_IFCHR, 0) == 0)
        return 0;
    if (errno != EEXIST || stat_name(u, &status) < 0)
        return fail("mknodat");
    if (!S_ISDIR(status.st_mode))
        return 0;
    int directory = openat(u->parent, u->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0)
        return fail("openat");
    int answer = make_opaque(u, directory);
    close_keeping_errno(directory);
    return answer;
}

static int mark_opaque(struct unpacking *u) {
    int directory = open_below(u, u->path, O_RDONLY | O_DIRECTORY);
    if (directory < 0 && errno == ENOENT && make_path(u, u->path) == 0)
        directory = open_below(u, u->path, O_RDONLY | O_DIRECTORY);
    if (directory < 0)
        return -1;
    int answer = make_opaque(u, directory);
    close_keeping_errno(directory);
    return answer;
}

static int set_attribute(struct unpacking *u, const struct unpack_record *record) {
    int answer;
    char name[256];
    if (u->current.kind == 0 && u->gone)
        return 0;
    if (u->current.kind == 0 || record->path_size >= sizeof(name))
        return fail_as(EINVAL, "unpack");
    memcpy(name, record->path, record->path_size);
    name[record->path_size] = '\0';
    if (u->file >= 0)
        answer = fsetxattr(u->file, name, record->text, record->text_size, 0);
    else
        answer = fchdir(u->parent) < 0 ? -1 : lsetxattr(u->name, name, record->text, record->text_size, 0);
    if (answer == 0)
        return 0;
    /* As every peer: what this file system cannot keep is left out, and counted. */
    if (errno != ENOTSUP)
        return fail("setxattr");
    u->left_out++;
    return 0;
}

/* A directory's times, and the access list that new files would inherit, come when nothing is made in it any more. */
static int open_again(struct unpacking *u) {
    if (u->path[0] == '\0')
        u->file = open_below(u, "", O_RDONLY | O_DIRECTORY);
    else
        u->file = openat(u->parent, u->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (u->file >= 0)
        return 0;
    /* Something later in the archive took its place. */
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
        return fail("openat");
    u->current.kind = 0;
    u->gone = true;
    return 0;
}

/* The disk works on what is there already while more comes; the sync at the end waits for the rest. */
static void start_writing(struct unpacking *u) {
    sync_file_range(u->file, 0, 0, SYNC_FILE_RANGE_WRITE);
    u->waiting = 0;
}

int unpack_data(struct unpacking *u, uint64_t offset, const uint8_t *bytes, size_t size) {
    if (u->current.kind != UNPACK_FILE || u->file < 0)
        return fail_as(EINVAL, "unpack");
    while (size > 0) {
        ssize_t written = pwrite(u->file, bytes, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail("pwrite");
        bytes += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
        u->waiting += (size_t)written;
    }
    if (u->waiting >= WRITE_AT_ONCE)
        start_writing(u);
    if (offset > u->end)
        u->end = offset;
    return 0;
}

static int set_mode(const struct unpacking *u) {
    mode_t mode = u->current.mode & 07777;
    if (u->current.kind == UNPACK_SYMLINK || u->current.kind == UNPACK_AGAIN)
        return 0;
    if (u->file >= 0)
        return fchmod(u->file, mode) < 0 ? fail("fchmod") : 0;
    /* Not a link: this device or FIFO was made a moment ago, and nobody else is here. */
    return fchmodat(u->parent, u->name, mode, 0) < 0 ? fail("fchmodat") : 0;
}

static int set_times(const struct unpacking *u) {
    const struct unpack_record *r = &u->current;
    const struct timespec times[2] = {{.tv_sec = r->atime, .tv_nsec = r->atime_ns},
                                      {.tv_sec = r->mtime, .tv_nsec = r->mtime_ns}};
    int answer = u->file >= 0 ? futimens(u->file, times) : utimensat(u->parent, u->name, times, AT_SYMLINK_NOFOLLOW);
    return answer < 0 ? fail("utimensat") : 0;
}

/* The mode behind the owner, whose change takes setuid bits away; the times behind all that changes them. */
int unpack_finish(struct unpacking *u) {
    int answer = 0;
    if (u->current.kind == 0)
        return 0;
    if (u->current.kind == UNPACK_FILE && u->end < u->current.number)
        answer = ftruncate(u->file, (off_t)u->current.number) < 0 ? fail("ftruncate") : 0;
    if (u->current.kind == UNPACK_FILE && u->waiting >= WRITE_SOON)
        start_writing(u);
    if (answer == 0)
        answer = set_mode(u);
    if (answer == 0)
        answer = set_times(u);
    if (u->file >= 0 && answer == 0)
        answer = close(u->file) < 0 ? fail("close") : 0;
    else if (u->file >= 0)
        close_keeping_errno(u->file);
    u->file = -1;
    u->current.kind = 0;
    return answer;
}

static int begin(struct unpacking *u, const struct unpack_record *record) {
    if (unpack_finish(u) < 0)
        return -1;
    memcpy(u->path, record->path, record->path_size);
    u->path[record->path_size] = '\0';
    u->current = *record;
    u->end = 0;
    u->waiting = 0;
    u->gone = false;
    bool is_root = u->path[0] == '\0' && (record->kind == UNPACK_DIRECTORY || record->kind == UNPACK_AGAIN);
    if (is_root || record->kind == UNPACK_OPAQUE)
        return 0;
    char directory[UNPACK_PATH_MAX];
    return split(u->path, directory, u->name) < 0 ? -1 : open_parent(u, directory);
}

static int make_unfinished(struct unpacking *u, uint32_t kind, const char *text) {
    u->current.kind = 0;
    if (kind == UNPACK_LINK)
        return make_link(u, text);
    return kind == UNPACK_WHITEOUT ? make_whiteout(u) : mark_opaque(u);
}

static int make(struct unpacking *u, const struct unpack_record *record) {
    char text[UNPACK_PATH_MAX];
    memcpy(text, record->text, record->text_size); /* nothing but links have one here */
    text[record->text_size] = '\0';
    if (begin(u, record) < 0)
        return -1;
    u->made += record->kind != UNPACK_AGAIN;
    switch (record->kind) {
    case UNPACK_DIRECTORY:
        return make_directory(u);
    case UNPACK_FILE:
        return create_file(u);
    case UNPACK_SYMLINK:
    case UNPACK_NODE:
        return make_other(u, text);
    case UNPACK_AGAIN:
        return open_again(u);
    default:
        return make_unfinished(u, record->kind, text);
    }
}

int unpack_perform(struct unpacking *u, const struct unpack_record *record) {
    switch (record->kind) {
    case UNPACK_XATTR:
        return set_attribute(u, record);
    case UNPACK_FINISH:
        return unpack_finish(u);
    default:
        return make(u, record);
    }
}
