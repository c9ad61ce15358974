/* An address of the default network, as network/leases/lease.ts takes it: one symlink, the one after the last first. */
#include "again.h"
#include "executor.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LAST "last4"

static void set_address(struct own *own, uint32_t address) {
    char *text = own->address, *hex = own->address_hex;
    for (int i = 0; i < 4; i++) {
        uint8_t byte = own->address_bytes[i] = (uint8_t)(address >> (24 - 8 * i));
        text = put_number(i == 0 ? text : put(text, "."), byte);
        hex = put_hex(i == 0 ? hex : put(hex, ":"), byte);
    }
}

static uint64_t offset_behind_last(int directory, uint64_t size) {
    char text[24];
    uint64_t last;
    ssize_t length = readlinkat(directory, LAST, text, sizeof(text));
    if (length <= 0 || length == sizeof(text) || !parse_number(text, (size_t)length, &last))
        return 0;
    return last + 1 < size ? last + 1 : 0;
}

static void note_last(int directory, uint64_t offset) {
    char text[24];
    put_number(text, offset);
    if (symlinkat(text, directory, LAST ".new") < 0) {
        unlinkat(directory, LAST ".new", 0);
        if (symlinkat(text, directory, LAST ".new") < 0)
            return;
    }
    renameat(directory, LAST ".new", directory, LAST);
}

static bool take_next(const struct leases *leases, struct own *own, int directory) {
    uint64_t start = offset_behind_last(directory, leases->size);
    for (uint64_t step = 0; step < leases->size; step++) {
        uint64_t offset = (start + step) % leases->size;
        if (offset == leases->reserved)
            continue;
        set_address(own, (uint32_t)(leases->first + offset));
        if (symlinkat(own->id, directory, own->address) == 0) {
            note_last(directory, offset);
            return true;
        }
        if (errno != EEXIST)
            return false;
    }
    return false;
}

bool take_lease(const struct leases *leases, struct own *own) {
    int directory = open(leases->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int lock = directory < 0 ? -1 : openat(directory, "last", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool taken = lock >= 0 && flock(lock, LOCK_EX) == 0 && take_next(leases, own, directory);
    close(lock);
    close(directory);
    return taken;
}

void drop_lease(const struct leases *leases, const struct own *own) {
    char path[PATH_MAX];
    if (leases->directory == NULL || strlen(leases->directory) > PATH_MAX - 32)
        return;
    put(put(put(path, leases->directory), "/"), own->address);
    if (link_is(path, own->id))
        unlink(path);
}
