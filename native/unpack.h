/* The records that `unpack` takes, one file after another (layout: plan/unpack-records.ts), and what is made of them. */
#ifndef LIMPID_UNPACK_H
#define LIMPID_UNPACK_H

#include "executor.h"

enum unpack_kind {
    UNPACK_DIRECTORY = 1,
    UNPACK_FILE,
    UNPACK_SYMLINK,
    UNPACK_LINK,
    UNPACK_NODE,
    UNPACK_WHITEOUT,
    UNPACK_OPAQUE,
    UNPACK_DATA,
    UNPACK_XATTR,
    UNPACK_FINISH,
    UNPACK_AGAIN,
    UNPACK_END,
    UNPACK_LAST,
};

#define UNPACK_HEADER 64
#define UNPACK_PATH_MAX 4096  /* with its NUL */
#define UNPACK_VALUE_MAX 65536 /* an extended attribute's value, XATTR_SIZE_MAX */

struct unpack_record {
    uint32_t kind, path_size, text_size, mode, uid, gid, major, minor;
    int64_t mtime, atime;
    uint32_t mtime_ns, atime_ns;
    uint64_t number; /* a file's size, or where its data go */
    const uint8_t *path, *text;
};

/* unpack_wire.c: bytes as they come, and the records in them. */
struct unpack_buffer {
    uint8_t *bytes;
    size_t room, at, filled;
};
int unpack_next(struct unpack_buffer *buffer, struct unpack_record *record);
void unpack_make_room(struct unpack_buffer *buffer);

/* What is made below one directory. */
#define WRITE_AT_ONCE (8u << 20) /* waiting bytes of one file before the disk is set to work on them */
#define WRITE_SOON (64u << 10)   /* the same at a file's end: of small ones many are written together */
struct unpacking {
    int root;                           /* readable, and what "/" is */
    int parent;                         /* the directory that the last path was in */
    char parent_path[UNPACK_PATH_MAX];
    char path[UNPACK_PATH_MAX];         /* of the last record that had one */
    struct unpack_record current;       /* what FINISH gives its mode and times */
    int file;                           /* what is being made, where it can be opened; else -1 */
    char name[256];                     /* its name in `parent` */
    bool gone;                          /* what AGAIN meant is not there any more */
    uint64_t end;                       /* of the data written to it */
    size_t waiting;                     /* so much of it nobody has begun to bring to the disk */
    uint64_t made, left_out;            /* files, and attributes that this file system does not have */
    bool live;                          /* somebody lives here: what is mounted below is theirs too, and stays */
    bool keeps_kinds;                   /* a directory stays one, and what is none never becomes one */
    const char *opaque;                 /* the attribute by which overlayfs knows an opaque directory */
};
/* unpack_paths.c */
int unpack_open_below(const struct unpacking *u, const char *path, uint64_t flags);
int unpack_make_path(const struct unpacking *u, const char *path);
int unpack_open_parent(struct unpacking *u, const char *path);
int unpack_split(const char *path, char directory[UNPACK_PATH_MAX], char name[256]);

/* unpack_make.c: what stands at `path`, or at `name` in `parent`. */
int unpack_directory(struct unpacking *u);
int unpack_file(struct unpacking *u);
int unpack_other(struct unpacking *u, const char *text);
int unpack_link(struct unpacking *u, const char *target);
int unpack_whiteout(struct unpacking *u);
int unpack_opaque(struct unpacking *u);

/* unpack_files.c */
int unpack_perform(struct unpacking *u, const struct unpack_record *record);
int unpack_data(struct unpacking *u, uint64_t offset, const uint8_t *bytes, size_t size);
int unpack_finish(struct unpacking *u);

#endif
