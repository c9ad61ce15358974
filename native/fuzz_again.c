/* libFuzzer: whatever a kept file holds, reading it, filling its blanks in and laying it out neither crashes nor leaves it. */
#include "again.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct reader r = {(const char *)bytes, (const char *)bytes + size}, part;
    const struct own own = {.id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", .name = "lucid_hopper", .address = "10.88.0.2"};
    struct bytes filled = {0};
    uint64_t number, sum = 0;
    while (take_text(&r) != NULL && take_number(&r, &number) && take_part(&r, &part)) {
        filled.size = 0;
        sum += number + fill(part, &own, &filled);
    }
    filled.size = 0;
    struct reader table = {(const char *)bytes, (const char *)bytes + size};
    sum += lay_out(&table, 1767323225000, &filled);
    free(filled.at);
    return sum == UINT64_MAX;
}
