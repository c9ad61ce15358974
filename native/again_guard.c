/* A guard of the bridges, where there is none: as engine/networks/guard/ starts it, with its lock in hand. */
#include "again.h"
#include "executor.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void __attribute__((noreturn)) become_guard(int lock, char *batch, char *leases) {
    char number[24], *environment[] = {NULL};
    char *argv[] = {"limpid-guard", "guard", number, batch, leases, NULL};
    int program = sealed_copy(), null = open("/dev/null", O_RDWR | O_CLOEXEC);
    /* Above the standard streams, and open behind the execve. */
    put_number(number, (uint64_t)fcntl(lock, F_DUPFD, 3));
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    execute_sealed(program, argv, environment);
    _exit(125);
}

/* Where nobody has written down yet what a guard is to hold, false: the whole way does that. */
static bool start_guard(int lock, char *batch, char *leases) {
    pid_t guard = access(batch, F_OK) == 0 ? fork() : -1;
    if (guard == 0)
        become_guard(lock, batch, leases);
    return guard > 0;
}

/* Behind the lease: a guard that leaves looks for leases once its lock is free. */
bool ensure_guard(const char *runroot) {
    char lock[PATH_MAX], batch[PATH_MAX], leases[PATH_MAX];
    if (strlen(runroot) > PATH_MAX - 32)
        return false;
    put(put(lock, runroot), "/guard.lock");
    put(put(batch, runroot), "/guard/batch");
    put(put(leases, runroot), "/leases");
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool guarded = flock(fd, LOCK_EX | LOCK_NB) < 0 ? errno == EWOULDBLOCK : start_guard(fd, batch, leases);
    close(fd);
    return guarded;
}
