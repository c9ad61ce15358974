/* libFuzzer: whatever the bytes, and however they come in pieces, reading them as records does not leave them. */
#include "unpack.h"

#include <string.h>

#define ROOM (UNPACK_HEADER + UNPACK_PATH_MAX + UNPACK_VALUE_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint64_t look_at(const struct unpack_record *record) {
    uint64_t sum = record->number + record->kind;
    for (uint32_t i = 0; i < record->path_size; i++)
        sum += record->path[i];
    for (uint32_t i = 0; record->kind != UNPACK_DATA && i < record->text_size; i++)
        sum += record->text[i];
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static uint8_t room[ROOM];
    struct unpack_buffer buffer = {.bytes = room, .room = sizeof(room)};
    struct unpack_record record;
    size_t piece = size == 0 ? 1 : 1 + bytes[size - 1] * 7u;
    uint64_t sum = 0, data = 0;
    int got = 0;
    while (size > 0 && got >= 0) {
        size_t free = buffer.room - buffer.filled, taken = piece < size ? piece : size;
        taken = taken < free ? taken : free;
        memcpy(room + buffer.filled, bytes, taken);
        buffer.filled += taken;
        bytes += taken;
        size -= taken;
        for (got = 1; got == 1;) {
            size_t left = buffer.filled - buffer.at, used = data < left ? (size_t)data : left;
            buffer.at += used;
            data -= used;
            got = data > 0 ? 0 : unpack_next(&buffer, &record);
            sum += got == 1 ? look_at(&record) : 0;
            data = got == 1 && record.kind == UNPACK_DATA ? record.text_size : data;
        }
        unpack_make_room(&buffer);
        if (buffer.filled == buffer.room)
            __builtin_trap(); /* a record that never fits */
    }
    return sum == UINT64_MAX;
}
