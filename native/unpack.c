/*
 * Takes records from a descriptor and makes the files that they tell of, below a directory that was opened for it:
 * the half of unpacking an archive that touches the disk. What they mean was settled by whoever writes them.
 */
#include "unpack.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM (1u << 20)

/* 1: there is more in the buffer. 0: the writer is gone. */
static int fill(struct unpack_buffer *buffer, int fd) {
    unpack_make_room(buffer);
    for (;;) {
        ssize_t got = read(fd, buffer->bytes + buffer->filled, buffer->room - buffer->filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail("read");
        buffer->filled += (size_t)got;
        return got > 0;
    }
}

/* A file's bytes go from the buffer to their place as they come. */
static int take_data(struct unpacking *u, struct unpack_buffer *buffer, int fd, const struct unpack_record *record) {
    uint64_t offset = record->number;
    for (size_t left = record->text_size; left > 0;) {
        if (buffer->at == buffer->filled) {
            int got = fill(buffer, fd);
            if (got <= 0)
                return got < 0 ? -1 : fail_as(EPIPE, "read");
        }
        size_t there = buffer->filled - buffer->at, size = there < left ? there : left;
        if (unpack_data(u, offset, buffer->bytes + buffer->at, size) < 0)
            return -1;
        buffer->at += size;
        offset += size;
        left -= size;
    }
    return 0;
}

/* Everything of this file system at once: thousands of files would each wait for the disk. */
static int end(struct unpacking *u) {
    if (unpack_finish(u) < 0)
        return -1;
    return syncfs(u->root) < 0 ? fail("syncfs") : 0;
}

static int take_records(struct unpacking *u, struct unpack_buffer *buffer, int fd) {
    struct unpack_record record;
    for (;;) {
        int got = unpack_next(buffer, &record);
        if (got < 0)
            return fail_as(EBADMSG, "unpack");
        if (got == 0) {
            got = fill(buffer, fd);
            if (got <= 0)
                return got < 0 ? -1 : fail_as(EPIPE, "read");
            continue;
        }
        if (record.kind == UNPACK_END)
            return end(u);
        if (record.kind == UNPACK_LAST)
            return unpack_finish(u);
        got = record.kind == UNPACK_DATA ? take_data(u, buffer, fd, &record) : unpack_perform(u, &record);
        if (got < 0)
            return -1;
    }
}

static void answer_end(const struct unpacking *u, int fd) {
    char text[64];
    char *at = put_number(put(put_number(text, u->made), " "), u->left_out);
    write_all(fd, text, (size_t)(at - text));
}

/* The path of the record that failed; which call and errno come with the operation's failure. */
static void answer_path(const struct unpacking *u, int fd) {
    int error = errno;
    if (u->path[0] != '\0')
        write_all(fd, u->path, strlen(u->path));
    errno = error;
}

static int fd_in(const struct executor *x, int slot) {
    return slot < 0 ? -1 : x->slot[slot];
}

int op_unpack(struct executor *x, const struct op *op) {
    static struct unpacking u = {.parent = -1, .file = -1};
    struct unpack_buffer buffer = {.bytes = memory(ROOM), .room = ROOM};
    int records = fd_in(x, SLOT(ARG_UNPACK_RECORDS)), answer = fd_in(x, SLOT(ARG_UNPACK_ANSWER));
    if (buffer.bytes == NULL)
        return fail("mmap");
    /* Nothing that leads out of here stays open. */
    close(x->proc);
    close(x->null);
    u.opaque = TEXT(ARG_UNPACK_OPAQUE);
    u.live = NUMBER(ARG_UNPACK_LIVE) != 0;
    u.keeps_kinds = NUMBER(ARG_UNPACK_KEEP_KINDS) != 0;
    u.root = open_path(x, SLOT(ARG_UNPACK_AT), TEXT(ARG_UNPACK_PATH), O_RDONLY | O_DIRECTORY, 0);
    if (u.root < 0)
        return -1;
    if (take_records(&u, &buffer, records) < 0) {
        answer_path(&u, answer);
        return -1;
    }
    answer_end(&u, answer);
    return 0;
}
