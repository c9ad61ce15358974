/*
 * Reads a plan from its bytes (layout: plan/wire.ts), one operation at a time and without copying. The whole
 * plan is checked before any of it is performed.
 */
#include "executor.h"

#include <string.h>

static const char MAGIC[] = "limpid-plan 1\n";

#define X(name, kinds) kinds,
static const char *const KINDS[OP_COUNT] = {LIMPID_OPS(X)};
#undef X

const char *op_kinds(uint32_t code) {
    return KINDS[code];
}

static bool take_u32(struct cursor *cursor, uint32_t *value) {
    if (cursor->end - cursor->at < 4)
        return false;
    const uint8_t *at = cursor->at;
    *value = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    cursor->at += 4;
    return true;
}

int wire_open(struct cursor *cursor, const uint8_t *bytes, size_t size) {
    const size_t magic = sizeof(MAGIC) - 1;
    *cursor = (struct cursor){.at = bytes, .end = bytes + size};
    if (size < magic || memcmp(bytes, MAGIC, magic) != 0)
        return -1;
    cursor->at += magic;
    return take_u32(cursor, &cursor->count) ? 0 : -1;
}

static bool parse_slot(struct arg *arg) {
    if (arg->size == 2 && memcmp(arg->text, "-1", 2) == 0) {
        arg->number = (uint64_t)-1;
        return true;
    }
    return parse_number(arg->text, arg->size, &arg->number) && arg->number < SLOTS;
}

static bool parse_signed(struct arg *arg) {
    bool negative = arg->size > 0 && arg->text[0] == '-';
    if (!parse_number(arg->text + negative, arg->size - negative, &arg->number))
        return false;
    if (!negative)
        return true;
    if (arg->number == 0 || arg->number > (uint64_t)1 << 63)
        return false;
    arg->number = 0 - arg->number;
    return true;
}

static bool parse_arg(struct arg *arg, char kind) {
    switch (kind) {
    case 's':
        return parse_slot(arg);
    case 'i':
        return parse_signed(arg);
    case 'o':
        return parse_number(arg->text, arg->size, &arg->number) && arg->number <= UINT32_MAX;
    case 'h':
        return parse_number(arg->text, arg->size, &arg->number);
    case 'f':
        return parse_number(arg->text, arg->size, &arg->number) && arg->number <= 1;
    case 't':
        return memchr(arg->text, '\0', arg->size) == NULL;
    case 'l':
        return arg->size == 0 || arg->text[arg->size - 1] == '\0';
    default: /* a blob is any bytes */
        return true;
    }
}

static bool take_arg(struct cursor *cursor, struct arg *arg, char kind) {
    *arg = (struct arg){0};
    if (!take_u32(cursor, &arg->size) || (size_t)(cursor->end - cursor->at) <= arg->size)
        return false;
    arg->text = (const char *)cursor->at;
    cursor->at += arg->size;
    return *cursor->at++ == '\0' && parse_arg(arg, kind);
}

/* 1 with the next operation, 0 behind the last, -1 where the bytes are no plan; its index is op->index. */
int wire_next(struct cursor *cursor, struct op *op) {
    uint32_t args;
    op->index = cursor->index;
    if (cursor->index == cursor->count)
        return cursor->at == cursor->end ? 0 : -1;
    if (!take_u32(cursor, &op->code) || !take_u32(cursor, &op->stage) || !take_u32(cursor, &args))
        return -1;
    if (op->code >= OP_COUNT || op->stage > STAGE_CLEANUP || args != strlen(KINDS[op->code]))
        return -1;
    for (uint32_t i = 0; i < args; i++)
        if (!take_arg(cursor, &op->arg[i], KINDS[op->code][i]))
            return -1;
    cursor->index++;
    return 1;
}

const char *list_next(const struct arg *list, const char *item) {
    const char *next = item == NULL ? list->text : item + strlen(item) + 1;
    return next < list->text + list->size ? next : NULL;
}

enum { HOST = 1 << STAGE_HOST, CHILD = 1 << STAGE_CHILD, INIT = 1 << STAGE_INIT, CLEANUP = 1 << STAGE_CLEANUP };

static int stages_of(uint32_t code) {
    switch (code) {
    case OP_CLONE:
    case OP_STDIO:
    case OP_LOG:
    case OP_LISTEN:
    case OP_RECORD_START:
    case OP_RECORD_EXIT:
    case OP_OOM_COUNTER:
    case OP_DEADLINE:
    case OP_SUPERVISE:
    case OP_INHERIT_STDIO:
    case OP_SEND_TERMINAL:
    case OP_DETACH:
        return HOST;
    case OP_UNPACK:
    case OP_SECCOMP_LISTEN:
    case OP_SET_SCHEDULER:
    case OP_SET_IOPRIO:
    case OP_SET_MEMPOLICY:
    case OP_SET_PERSONALITY:
    case OP_START_GATE:
    case OP_FIND_PROGRAM:
    case OP_PRESERVE_FDS:
    case OP_TERMINAL:
    case OP_EXEC:
    case OP_PIVOT_ROOT:
    case OP_MOVE_ROOT:
    case OP_REOPEN_NULL:
        return CHILD | INIT;
    case OP_COPY_TREE:
    case OP_SET_AFFINITY:
    case OP_AWAIT:
    case OP_RELEASE:
    case OP_HOOK:
        return HOST | CHILD | INIT;
    case OP_SPAWN:
    case OP_CLAIM:
    case OP_CARRY_OUT:
        return CLEANUP;
    default:
        return HOST | CHILD | INIT | CLEANUP;
    }
}

static bool gids_are_numbers(const struct op *op) {
    uint64_t gid;
    const struct arg *gids = &op->arg[ARG_SETGROUPS_GIDS];
    for (const char *item = NULL; (item = list_next(gids, item)) != NULL;)
        if (!parse_number(item, strlen(item), &gid) || gid > UINT32_MAX)
            return false;
    return true;
}

struct order {
    bool cloned, supervised, pipes;
};

static bool in_order(struct order *order, const struct op *op) {
    bool in_child = op->stage == STAGE_CHILD || op->stage == STAGE_INIT;
    if ((stages_of(op->code) & 1 << op->stage) == 0 || (in_child && !order->cloned))
        return false;
    if (op->stage == STAGE_HOST && order->supervised)
        return false;
    switch (op->code) {
    case OP_CLONE:
        return !order->cloned && (order->cloned = true);
    case OP_STDIO:
        return !order->cloned && (order->pipes = true);
    case OP_INHERIT_STDIO:
        return !order->cloned;
    case OP_DETACH:
    case OP_SUPERVISE:
        return order->cloned && (order->supervised = true);
    case OP_AWAIT:
    case OP_RELEASE:
        return order->cloned && op->arg[0].number < 255;
    case OP_SETGROUPS:
        return gids_are_numbers(op);
    default:
        return true;
    }
}

/* 0 where these bytes are a plan that can be walked; else -1, and the index of the first operation that is wrong. */
int wire_check(const uint8_t *bytes, size_t size, uint32_t *index) {
    struct cursor cursor;
    struct op op;
    struct order order = {0};
    int got;
    *index = 0;
    if (wire_open(&cursor, bytes, size) < 0)
        return -1;
    while ((got = wire_next(&cursor, &op)) == 1)
        if (!in_order(&order, &op))
            break;
    *index = op.index;
    return got == 0 && (order.supervised || !order.pipes) ? 0 : -1;
}
