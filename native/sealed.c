/*
 * A container that gets hold of /proc/PID/exe of one of our processes must find nothing to write to
 * (CVE-2019-5736): we run from a memory file that nobody can change any more.
 */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

extern char **environ;

static int copy_sealed(int program) {
    struct stat status;
    if (program < 0 || fstat(program, &status) < 0)
        return -1;
    int copy = memfd_create("limpid", MFD_CLOEXEC | MFD_ALLOW_SEALING | KERN_MFD_EXEC);
    /* Kernels before 6.3 do not know MFD_EXEC and make every memory file executable. */
    if (copy < 0 && errno == EINVAL)
        copy = memfd_create("limpid", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy < 0)
        return -1;
    for (off_t left = status.st_size; left > 0;) {
        ssize_t sent = sendfile(copy, program, NULL, (size_t)left);
        if (sent <= 0)
            return -1;
        left -= sent;
    }
    return fcntl(copy, F_ADD_SEALS, SEALS) < 0 ? -1 : copy;
}

/* Returns in a process that runs from a sealed copy, or exits 125: before that nothing may be done. */
void become_sealed(char **argv) {
    int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (program < 0)
        _exit(125);
    if ((fcntl(program, F_GET_SEALS) & SEALS) == SEALS && fcntl(program, F_GET_SEALS) > 0) {
        close(program);
        return;
    }
    int copy = copy_sealed(program);
    argv[0] = "limpid-monitor";
    if (copy >= 0)
        execute_sealed(copy, argv, environ);
    _exit(125);
}

/* A copy of what we run from ourselves. */
int sealed_copy(void) {
    int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), copy = copy_sealed(program);
    close_keeping_errno(program);
    return copy;
}

void execute_sealed(int program, char **argv, char **environment) {
    syscall(SYS_execveat, program, "", argv, environment, AT_EMPTY_PATH);
}
