#ifndef LIMPID_AGAIN_H
#define LIMPID_AGAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What `limpid run`, `exec`, `ps` and `inspect` kept of a command line (engine/kept/, docs/decisions/0017): its words, what its
 * plan or its answer was computed from, and that, with blanks for what only one container has, or for ages.
 */
#define ID_SIZE 64

/* again_file.c: a kept file, read from its start to its end. Texts end with a NUL, numbers are decimal texts. */
struct reader {
    const char *at, *end;
};
const char *take_text(struct reader *r); /* NULL behind the last one */
bool take_number(struct reader *r, uint64_t *number);
bool take_part(struct reader *r, struct reader *part); /* a u32, little-endian, and so many bytes */

/* again_words.c: where the world is, the command, and its words, some of them masked. */
struct asked {
    const char *program, *root, *runroot, *command, *name;
    char **words, id[ID_SIZE + 1]; /* of the container that an `exec` enters */
    int count, masked_at, masked_count;
};
bool read_words(struct asked *asked, int argc, char **argv);
void put_words_hash(char *at, const struct asked *asked);
bool same_words(const struct asked *asked, struct reader *r);
bool is_container_name(const char *name);
bool is_answered(const char *command); /* It only tells. */

/* What stands in the blanks. */
struct own {
    const char *id, *name;
    char created[40], started[24], interface[16];
    char address[16], address_hex[12];
    uint8_t address_bytes[4];
    char pid[16], start_time[24];
};

/* again_facts.c: whether everything that was looked at is as it was. */
bool facts_still_hold(struct reader *r, const struct own *own);
bool link_is(const char *path, const char *expected);

/* again_fill.c */
struct bytes {
    char *at;
    size_t size, room;
};
bool fill(struct reader blanked, const struct own *own, struct bytes *filled);
bool append_text(struct bytes *to, const char *text);

/* again_lease.c: the address range of the default network, and the symlink that is a lease. */
struct leases {
    const char *directory; /* NULL for a container without a network */
    uint64_t first, size, reserved;
};
bool take_lease(const struct leases *leases, struct own *own);
void drop_lease(const struct leases *leases, const struct own *own);

/* again_guard.c: somebody guards the bridges of this world, or is about to. */
bool ensure_guard(const char *runroot);

/* again_record.c: a container's record, as engine/records/write.ts makes it. */
struct record {
    const char *root, *runroot;
    const struct own *own;
    bool durable;
    char storage[4096], runtime[4096];
    int lock;
};
/* -1 with nothing left of it. */
int record_begin(struct record *r);
int record_claim(const struct record *r);
int record_write(const struct record *r, const char *name, const struct bytes *text);
void record_drop(const struct record *r, bool alone);

/* again_table.c: the table that is kept, as it is at `now`, ms since the epoch. */
bool lay_out(struct reader *r, uint64_t now, struct bytes *text);

/* launcher.c: goes the whole way. */
void become_program(const char *path, char **argv) __attribute__((noreturn));

/* again.c: carries the command line out and exits, or returns with nothing done. `program` is where the whole way goes. */
void again(int argc, char **argv, const char *program);
void again_run(struct reader *r, const struct asked *asked);
void again_exec(struct reader *r, const struct asked *asked);
void again_answer(struct reader *r);
/* This command's streams and exit code become the container's; without flags it stays in the background. */
struct foreground {
    const char *flags, *keys;
};
bool take_foreground(struct reader *r, struct foreground *foreground);
void follow(const struct foreground *foreground, int control) __attribute__((noreturn));

#endif
