/* libFuzzer: whatever the bytes, reading them as a plan neither crashes nor leaves them. */
#include "executor.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct cursor cursor;
    struct op op;
    uint32_t index;
    uint64_t sum = 0;
    wire_check(bytes, size, &index);
    if (wire_open(&cursor, bytes, size) < 0)
        return 0;
    while (wire_next(&cursor, &op) == 1)
        for (size_t i = 0; op_kinds(op.code)[i] != '\0'; i++) {
            sum += op.arg[i].number;
            for (const char *item = NULL; op_kinds(op.code)[i] == 'l' && (item = list_next(&op.arg[i], item)) != NULL;)
                sum += (uint8_t)item[0];
        }
    return sum == UINT64_MAX;
}
