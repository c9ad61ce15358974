/* What cgroup v2 has cgroup.kill for. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 500000

/*
 * Kills whom it finds in cgroup.procs; their number, or -1. A pid of 0 is a process that we have no name for. Opened
 * anew each time: to one descriptor v1 keeps showing what it showed first (kernel/cgroup/cgroup-v1.c, pidlists).
 */
static int kill_listed(const struct executor *x, int at, const char *procs) {
    char text[4096];
    uint64_t pid = 0;
    ssize_t got;
    int found = 0, fd = open_path(x, at, procs, O_RDONLY, 0);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    while ((got = read(fd, text, sizeof(text))) > 0)
        for (ssize_t i = 0; i < got; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + (uint64_t)(text[i] - '0');
                continue;
            }
            if (pid > 0)
                kill((pid_t)pid, SIGKILL);
            found++;
            pid = 0;
        }
    close_keeping_errno(fd);
    return got < 0 && errno != ENODEV ? fail("read") : found;
}

/* A process that forks meanwhile leaves children behind: they are met in the next round. */
int op_kill_cgroup(struct executor *x, const struct op *op) {
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    uint64_t rounds = NUMBER(ARG_KILL_CGROUP_BUSY_MS) * 1000000 / PAUSE_NS;
    const char *path = TEXT(ARG_KILL_CGROUP_PATH);
    char procs[PATH_MAX];
    if (strlen(path) + sizeof("/cgroup.procs") > sizeof(procs))
        return fail_as(ENAMETOOLONG, "open");
    put(put(procs, path), "/cgroup.procs");
    int found;
    while ((found = kill_listed(x, SLOT(ARG_KILL_CGROUP_AT), procs)) > 0 && rounds-- > 0)
        nanosleep(&pause, NULL);
    return found > 0 ? fail_as(EBUSY, "kill") : found;
}
