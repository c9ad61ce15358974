/*
 * Puts one container's own things into the blanks of what was kept: pieces of one letter each (engine/kept/blanks.ts).
 * A text may be longer or shorter than the one that was kept; so an argument of a plan, whose length stands before it, is
 * opened and closed.
 */
#include "again.h"
#include "executor.h"

#include <stdlib.h>
#include <string.h>

#define SHORT_ID 12

static bool append(struct bytes *to, const void *from, size_t size) {
    if (to->room - to->size < size) {
        size_t room = (to->size + size) * 2 + 4096;
        char *at = realloc(to->at, room);
        if (at == NULL)
            return false;
        to->at = at;
        to->room = room;
    }
    if (size > 0)
        memcpy(to->at + to->size, from, size);
    to->size += size;
    return true;
}

bool append_text(struct bytes *to, const char *text) {
    return append(to, text, strlen(text));
}

/* The length of an argument, once its end is known. */
static void close_argument(struct bytes *to, size_t opened) {
    size_t size = to->size - opened;
    for (int i = 0; i < 4; i++)
        to->at[opened - 4 + (size_t)i] = (char)(size >> (8 * i));
}

static bool fill_blank(char blank, const struct own *own, struct bytes *to) {
    switch (blank) {
    case 'i':
        return append_text(to, own->id);
    case 's':
        return append(to, own->id, SHORT_ID);
    case 'n':
        return append_text(to, own->name);
    case 'c':
        return append_text(to, own->created);
    case 't':
        return append_text(to, own->started);
    case 'v':
        return append_text(to, own->interface);
    case 'a':
        return append_text(to, own->address);
    case 'b':
        return append(to, own->address_bytes, sizeof(own->address_bytes));
    case 'm':
        return append_text(to, own->address_hex);
    default:
        return false;
    }
}

bool fill(struct reader blanked, const struct own *own, struct bytes *filled) {
    size_t opened = 0;
    while (blanked.at < blanked.end) {
        struct reader literal;
        char piece = *blanked.at++;
        if (piece == '(') {
            if (opened != 0 || !append(filled, "\0\0\0", 4))
                return false;
            opened = filled->size;
        } else if (piece == ')') {
            if (opened == 0)
                return false;
            close_argument(filled, opened);
            opened = 0;
        } else if (piece == '=') {
            if (!take_part(&blanked, &literal) || !append(filled, literal.at, (size_t)(literal.end - literal.at)))
                return false;
        } else if (!fill_blank(piece, own, filled))
            return false;
    }
    return opened == 0;
}
