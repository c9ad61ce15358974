/* A kept `exec`: its plan holds nothing of its own, and goes again as it is in the very same process's namespaces. */
#include "again.h"
#include "executor.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_pidfd(uint64_t pid) {
    return pid == 0 || pid > INT32_MAX ? -1 : (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

void again_exec(struct reader *r) {
    struct foreground foreground;
    struct reader part;
    struct bytes plan = {0};
    const struct own nobody = {0};
    uint64_t slot, pid;
    if (!take_foreground(r, &foreground) || !take_number(r, &slot) || !take_number(r, &pid) || !take_part(r, &part))
        return;
    /* The facts say whose pid it is, and are looked at behind this: it cannot be a stranger's later. */
    struct handed target = {.slot = (int)slot, .fd = open_pidfd(pid)};
    if (target.fd < 0 || !facts_still_hold(r) || !fill(part, &nobody, &plan))
        return;
    trace_phase("kept plan found");
    int control = launch_plan(plan.at, plan.size, &target, getenv("LIMPID_TRACE") != NULL);
    close(target.fd);
    if (control >= 0)
        follow(&foreground, control);
}
