/* With LIMPID_TRACE=1: when each host operation was through, for `limpid` to add to its own phases; in the launcher, those. */
#include "executor.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *lines, *end;
static struct timespec start;
#define LINES_MAX 32768

void trace_start(void) {
    const char *wanted = getenv("LIMPID_TRACE");
    if (wanted == NULL || strcmp(wanted, "1") != 0 || (lines = memory(LINES_MAX)) == NULL)
        return;
    end = lines;
    clock_gettime(CLOCK_MONOTONIC, &start);
}

void trace_phase(const char *what) {
    struct timespec now;
    if (lines == NULL || end > lines + LINES_MAX - 128)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    end = put_number(end, (uint64_t)((now.tv_sec - start.tv_sec) * 1000000 + (now.tv_nsec - start.tv_nsec) / 1000));
    end = put(put(put(end, " "), what), "\n");
}

/* Ours, and behind them the executor's. */
void trace_show(const char *executors, size_t size) {
    if (lines != NULL && write_all(2, lines, (size_t)(end - lines)) == 0)
        write_all(2, executors, size);
}

void trace_send(int control) {
    if (lines != NULL)
        frame_send(control, FRAME_TRACE, lines, (size_t)(end - lines));
}
