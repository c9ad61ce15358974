#ifndef LIMPID_AGAIN_H
#define LIMPID_AGAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "launch.h"

/*
 * What `limpid run` and `limpid exec` kept of a command line (engine/kept/, docs/decisions/0017): its words, what its plan was
 * computed from, and the plan, with blanks for what only one container has.
 */

/* again_file.c: a kept file, read from its start to its end. Texts end with a NUL, numbers are decimal texts. */
struct reader {
    const char *at, *end;
};
const char *take_text(struct reader *r); /* NULL behind the last one */
bool take_number(struct reader *r, uint64_t *number);
bool take_part(struct reader *r, struct reader *part); /* a u32, little-endian, and so many bytes */

/* again_facts.c: whether everything that was looked at is as it was. */
bool facts_still_hold(struct reader *r);

/* What stands in the blanks. */
struct own {
    const char *id, *name;
    char created[32], started[24], interface[16];
    char address[16], address_hex[12];
    uint8_t address_bytes[4];
};

/* again_fill.c */
struct bytes {
    char *at;
    size_t size, room;
};
bool fill(struct reader blanked, const struct own *own, struct bytes *filled);

/* again_lease.c: the address range of the default network, and the symlink that is a lease. */
struct leases {
    const char *directory; /* NULL for a container without a network */
    uint64_t first, size, reserved;
};
bool take_lease(const struct leases *leases, struct own *own);
void drop_lease(const struct leases *leases, const struct own *own);

/* again_record.c: a container's record, as engine/records/write.ts makes it. */
struct record {
    const char *root, *runroot, *config;
    const struct own *own;
    bool durable;
    char storage[4096], runtime[4096];
    int lock;
};
/* -1 with nothing left of it. */
int record_begin(struct record *r);
int record_claim(const struct record *r);
int record_write(const struct record *r, const char *name, const struct bytes *text);
void record_drop(const struct record *r);

/* again.c: carries the command line out and exits, or returns with nothing done. `program` is where the whole way goes. */
void again(int argc, char **argv, const char *program);
void again_run(struct reader *r, const char *runroot, const char *root, const char *wanted_name);
void again_exec(struct reader *r);
/* Becomes what the kept file says of the foreground: this command's streams and exit code, or nothing and 0. */
struct foreground {
    const char *flags, *keys; /* no flags: it stays in the background */
};
bool take_foreground(struct reader *r, struct foreground *foreground);
void follow(const struct foreground *foreground, int control) __attribute__((noreturn));

#endif
