#include "executor.h"

#include <string.h>

/* Each `put` writes at `at`, ends it with NUL, and answers where the next one goes on. */
char *put(char *at, const char *text) {
    size_t size = strlen(text);
    memcpy(at, text, size + 1);
    return at + size;
}

char *put_padded(char *at, uint64_t number, int digits) {
    char reversed[20];
    int size = 0;
    do
        reversed[size++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (size < digits)
        reversed[size++] = '0';
    while (size > 0)
        *at++ = reversed[--size];
    *at = '\0';
    return at;
}

char *put_number(char *at, uint64_t number) {
    return put_padded(at, number, 1);
}

char *put_hex(char *at, uint8_t byte) {
    static const char DIGITS[] = "0123456789abcdef";
    *at++ = DIGITS[byte >> 4];
    *at++ = DIGITS[byte & 15];
    *at = '\0';
    return at;
}

/* Decimal digits and nothing else, with no sign, no leading zero and no overflow. */
bool parse_number(const char *text, size_t size, uint64_t *number) {
    uint64_t value = 0;
    if (size == 0 || (size > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, text[i] - '0', &value))
            return false;
    }
    *number = value;
    return true;
}

/* The next of several numbers with single spaces between, as frames hold them. */
bool next_number(const char **text, uint64_t *number) {
    size_t size = strcspn(*text, " ");
    if (!parse_number(*text, size, number))
        return false;
    *text += size + ((*text)[size] == ' ');
    return true;
}
