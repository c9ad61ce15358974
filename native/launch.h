#ifndef LIMPID_LAUNCH_H
#define LIMPID_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* launch.c: the executor, as a process of its own. Handed descriptors are in these slots of its plan. */
struct handed {
    int slot, fd;
};
pid_t start_executor(int plan, int control, const struct handed *handed, int count, bool traced);
int plan_file(const void *bytes, size_t size);
/* Whether a process has started; otherwise all of it has ended. The descriptor hears of its end. */
int launch_plan(const void *plan, size_t size, const struct handed *handed, bool traced);

#endif
