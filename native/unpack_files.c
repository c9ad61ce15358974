/* Carries out each record of `unpack`, and gives what was made its data, attributes, mode and times. */
#include "unpack.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

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
        u->file = unpack_open_below(u, "", O_RDONLY | O_DIRECTORY);
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
    return unpack_split(u->path, directory, u->name) < 0 ? -1 : unpack_open_parent(u, directory);
}

static int make_unfinished(struct unpacking *u, uint32_t kind, const char *text) {
    u->current.kind = 0;
    if (kind == UNPACK_LINK)
        return unpack_link(u, text);
    return kind == UNPACK_WHITEOUT ? unpack_whiteout(u) : unpack_opaque(u);
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
        return unpack_directory(u);
    case UNPACK_FILE:
        return unpack_file(u);
    case UNPACK_SYMLINK:
    case UNPACK_NODE:
        return unpack_other(u, text);
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
