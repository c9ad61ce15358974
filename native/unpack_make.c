/* What each record of `unpack` makes, in the place of what an earlier one made. */
#include "unpack.h"
#include "kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static int stat_name(const struct unpacking *u, struct stat *status) {
    return fstatat(u->parent, u->name, status, AT_SYMLINK_NOFOLLOW);
}

static bool is_whiteout(const struct stat *status) {
    return S_ISCHR(status->st_mode) && status->st_rdev == 0;
}

/*
 * Whether something is mounted at the name. To take the file away from below it would succeed, as that is another mount
 * namespace's, and the mount would go with it.
 */
static bool is_mounted(const struct unpacking *u) {
    struct kern_open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = KERN_RESOLVE_NO_XDEV};
    int fd = u->live ? openat2_retrying(u->parent, u->name, &how) : -1;
    if (fd >= 0)
        close(fd);
    return u->live && fd < 0 && errno == EXDEV;
}

/* A later entry of an archive takes the place of an earlier one. */
static int remove_earlier(struct unpacking *u) {
    struct place place = {.parent = u->parent};
    struct stat status;
    bool directory = u->current.kind == UNPACK_DIRECTORY;
    if (u->keeps_kinds && stat_name(u, &status) == 0 && S_ISDIR(status.st_mode) != directory)
        return fail_as(directory ? ENOTDIR : EISDIR, "unpack");
    if (is_mounted(u))
        return fail_as(EBUSY, "unlinkat");
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

int unpack_directory(struct unpacking *u) {
    struct stat status;
    bool hides = false;
    if (u->path[0] == '\0') {
        u->file = unpack_open_below(u, "", O_RDONLY | O_DIRECTORY);
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

int unpack_file(struct unpacking *u) {
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    u->file = openat(u->parent, u->name, flags, 0600);
    if (u->file < 0 && errno == EEXIST && is_mounted(u))
        u->file = openat(u->parent, u->name, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    else if (u->file < 0 && errno == EEXIST) {
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

int unpack_other(struct unpacking *u, const char *text) {
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

int unpack_link(struct unpacking *u, const char *target) {
    char name[256], directory[UNPACK_PATH_MAX];
    if (unpack_split(target, directory, name) < 0)
        return -1;
    int from = unpack_open_below(u, directory, O_PATH | O_DIRECTORY);
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
int unpack_whiteout(struct unpacking *u) {
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

int unpack_opaque(struct unpacking *u) {
    int directory = unpack_open_below(u, u->path, O_RDONLY | O_DIRECTORY);
    if (directory < 0 && errno == ENOENT && unpack_make_path(u, u->path) == 0)
        directory = unpack_open_below(u, u->path, O_RDONLY | O_DIRECTORY);
    if (directory < 0)
        return -1;
    int answer = make_opaque(u, directory);
    close_keeping_errno(directory);
    return answer;
}
