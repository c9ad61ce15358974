/* One operation, by its code. */
#include "executor.h"

#define X(name, kinds) op_##name,
static int (*const PERFORM[OP_COUNT])(struct executor *, const struct op *) = {LIMPID_OPS(X)};
static const char *const NAMES[OP_COUNT] = {
#undef X
#define X(name, kinds) #name,
    LIMPID_OPS(X)};
#undef X

const char *op_name(const struct op *op) {
    return NAMES[op->code];
}

int perform(struct executor *x, const struct op *op) {
    failed_call = op_name(op);
    return PERFORM[op->code](x, op);
}
