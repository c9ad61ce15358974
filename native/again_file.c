/* Reads a kept file: nothing in it is behind its end, whatever it says. */
#include "again.h"
#include "executor.h"

#include <string.h>

const char *take_text(struct reader *r) {
    const char *text = r->at, *nul = memchr(text, '\0', (size_t)(r->end - text));
    if (nul == NULL)
        return NULL;
    r->at = nul + 1;
    return text;
}

bool take_number(struct reader *r, uint64_t *number) {
    const char *text = take_text(r);
    return text != NULL && parse_number(text, strlen(text), number);
}

bool take_part(struct reader *r, struct reader *part) {
    if (r->end - r->at < 4)
        return false;
    const uint8_t *at = (const uint8_t *)r->at;
    uint32_t size = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    r->at += 4;
    if ((size_t)(r->end - r->at) < size)
        return false;
    *part = (struct reader){r->at, r->at + size};
    r->at += size;
    return true;
}
