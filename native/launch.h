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
/* What became of it, and whose pid started: up to the frame that says so, nothing that follows is read. 0 where it died before. */
unsigned hear_of_start(int control, pid_t *pid);
int plan_file(const void *bytes, size_t size);
/*
 * The descriptor that hears of the end of what has started. Otherwise all of it has ended: the executor has cleared away what
 * it had made, or has died before that.
 */
enum { LAUNCH_FAILED = -1, LAUNCH_DIED = -2 };
int launch_plan(const void *plan, size_t size, const struct handed *handed, bool traced);

#endif
