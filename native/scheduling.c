/* How the kernel schedules the process and places its memory: all of it follows through execve(2). */
#include "executor.h"

#include <sched.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#define IOPRIO_WHO_PROCESS 1

struct kern_sched_attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

int op_set_scheduler(struct executor *x, const struct op *op) {
    (void)x;
    struct kern_sched_attr attr = {
        .size = sizeof(attr),
        .policy = (uint32_t)NUMBER(ARG_SET_SCHEDULER_POLICY),
        .flags = NUMBER(ARG_SET_SCHEDULER_FLAGS),
        .nice = (int32_t)SIGNED(ARG_SET_SCHEDULER_NICE),
        .priority = (uint32_t)NUMBER(ARG_SET_SCHEDULER_PRIORITY),
        .runtime = NUMBER(ARG_SET_SCHEDULER_RUNTIME),
        .deadline = NUMBER(ARG_SET_SCHEDULER_DEADLINE),
        .period = NUMBER(ARG_SET_SCHEDULER_PERIOD),
    };
    return syscall(SYS_sched_setattr, 0, &attr, 0) < 0 ? fail("sched_setattr") : 0;
}

int op_set_ioprio(struct executor *x, const struct op *op) {
    (void)x;
    return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, (int)NUMBER(ARG_SET_IOPRIO_VALUE)) < 0 ? fail("ioprio_set") : 0;
}

int op_set_affinity(struct executor *x, const struct op *op) {
    (void)x;
    const struct arg *cpus = &op->arg[ARG_SET_AFFINITY_CPUS];
    return syscall(SYS_sched_setaffinity, 0, (size_t)cpus->size, cpus->text) < 0 ? fail("sched_setaffinity") : 0;
}

int op_set_personality(struct executor *x, const struct op *op) {
    (void)x;
    return personality((unsigned long)NUMBER(ARG_SET_PERSONALITY_PERSONA)) < 0 ? fail("personality") : 0;
}

/* The kernel wants one bit more than it reads. */
int op_set_mempolicy(struct executor *x, const struct op *op) {
    (void)x;
    const struct arg *nodes = &op->arg[ARG_SET_MEMPOLICY_NODES];
    unsigned long bits = nodes->size == 0 ? 0 : (unsigned long)nodes->size * 8 + 1;
    const void *mask = nodes->size == 0 ? NULL : nodes->text;
    return syscall(SYS_set_mempolicy, (int)NUMBER(ARG_SET_MEMPOLICY_MODE), mask, bits) < 0 ? fail("set_mempolicy") : 0;
}
