/*
 * Reads the records of `unpack` from bytes that come in pieces. Pure: fuzzed as it is. Nothing here is harder than a
 * length, and every length is checked before anything behind it is looked at.
 */
#include "unpack.h"

#include <string.h>

static uint32_t u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t u64(const uint8_t *at) {
    return u32(at) | (uint64_t)u32(at + 4) << 32;
}

static void parse_header(const uint8_t *at, struct unpack_record *record) {
    *record = (struct unpack_record){
        .kind = u32(at),
        .path_size = u32(at + 4),
        .text_size = u32(at + 8),
        .mode = u32(at + 12),
        .uid = u32(at + 16),
        .gid = u32(at + 20),
        .major = u32(at + 24),
        .minor = u32(at + 28),
        .mtime = (int64_t)u64(at + 32),
        .atime = (int64_t)u64(at + 40),
        .mtime_ns = u32(at + 48),
        .atime_ns = u32(at + 52),
        .number = u64(at + 56),
    };
}

static uint32_t text_limit(uint32_t kind) {
    if (kind == UNPACK_SYMLINK || kind == UNPACK_LINK)
        return UNPACK_PATH_MAX - 1;
    if (kind == UNPACK_XATTR)
        return UNPACK_VALUE_MAX;
    return kind == UNPACK_DATA ? UINT32_MAX : 0;
}

static bool is_sane(const struct unpack_record *record) {
    return record->kind >= UNPACK_DIRECTORY && record->kind <= UNPACK_LAST && record->path_size < UNPACK_PATH_MAX &&
           record->text_size <= text_limit(record->kind) && record->mtime_ns < 1000000000 &&
           record->atime_ns < 1000000000 && record->number <= INT64_MAX - UINT32_MAX;
}

/* Both become C strings; an extended attribute's value may be any bytes. */
static bool has_no_nul(const struct unpack_record *record) {
    if (memchr(record->path, '\0', record->path_size) != NULL)
        return false;
    bool is_path = record->kind == UNPACK_SYMLINK || record->kind == UNPACK_LINK;
    return !is_path || memchr(record->text, '\0', record->text_size) == NULL;
}

/*
 * 1 with the next record, 0 where more bytes must come first, -1 where these are none. The bytes of UNPACK_DATA stay
 * in the buffer and behind it: `text` is not set for it.
 */
int unpack_next(struct unpack_buffer *buffer, struct unpack_record *record) {
    size_t left = buffer->filled - buffer->at;
    const uint8_t *at = buffer->bytes + buffer->at;
    if (left < UNPACK_HEADER)
        return 0;
    parse_header(at, record);
    if (!is_sane(record))
        return -1;
    size_t size = UNPACK_HEADER + record->path_size + (record->kind == UNPACK_DATA ? 0 : record->text_size);
    if (left < size)
        return 0;
    record->path = at + UNPACK_HEADER;
    record->text = record->path + record->path_size;
    if (!has_no_nul(record))
        return -1;
    buffer->at += size;
    return 1;
}

/* What is not used yet moves to the front: there is always room for a whole record then. */
void unpack_make_room(struct unpack_buffer *buffer) {
    memmove(buffer->bytes, buffer->bytes + buffer->at, buffer->filled - buffer->at);
    buffer->filled -= buffer->at;
    buffer->at = 0;
}
