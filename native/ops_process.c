/* Operations on the process itself: its namespaces, limits, identity, and what it becomes. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

int op_unshare(struct executor *x, const struct op *op) {
    (void)x;
    return unshare((int)NUMBER(ARG_UNSHARE_FLAGS)) < 0 ? fail("unshare") : 0;
}

int op_setns(struct executor *x, const struct op *op) {
    int slot = SLOT(ARG_SETNS_SLOT);
    return setns(slot < 0 ? -1 : x->slot[slot], (int)NUMBER(ARG_SETNS_FLAGS)) < 0 ? fail("setns") : 0;
}

int op_setsid(struct executor *x, const struct op *op) {
    (void)x, (void)op;
    return setsid() < 0 ? fail("setsid") : 0;
}

int op_sethostname(struct executor *x, const struct op *op) {
    (void)x;
    return sethostname(TEXT(ARG_SETHOSTNAME_NAME), op->arg[ARG_SETHOSTNAME_NAME].size) < 0 ? fail("sethostname") : 0;
}

int op_setdomainname(struct executor *x, const struct op *op) {
    (void)x;
    const struct arg *name = &op->arg[ARG_SETDOMAINNAME_NAME];
    return setdomainname(name->text, name->size) < 0 ? fail("setdomainname") : 0;
}

int op_setrlimit(struct executor *x, const struct op *op) {
    (void)x;
    uint64_t limit[2] = {NUMBER(ARG_SETRLIMIT_SOFT), NUMBER(ARG_SETRLIMIT_HARD)};
    return syscall(SYS_prlimit64, 0, (int)NUMBER(ARG_SETRLIMIT_RESOURCE), limit, NULL) < 0 ? fail("prlimit64") : 0;
}

int op_prctl(struct executor *x, const struct op *op) {
    (void)x;
    int answer = prctl((int)NUMBER(ARG_PRCTL_OPTION), (unsigned long)NUMBER(ARG_PRCTL_ARG2),
                       (unsigned long)NUMBER(ARG_PRCTL_ARG3), (unsigned long)NUMBER(ARG_PRCTL_ARG4),
                       (unsigned long)NUMBER(ARG_PRCTL_ARG5));
    return answer < 0 ? fail("prctl") : 0;
}

int op_keyctl_join(struct executor *x, const struct op *op) {
    (void)x;
    const char *name = TEXT(ARG_KEYCTL_JOIN_NAME)[0] == '\0' ? NULL : TEXT(ARG_KEYCTL_JOIN_NAME);
    return syscall(SYS_keyctl, KERN_KEYCTL_JOIN_SESSION_KEYRING, name, 0, 0, 0) < 0 ? fail("keyctl") : 0;
}

int op_umask(struct executor *x, const struct op *op) {
    (void)x;
    umask((mode_t)NUMBER(ARG_UMASK_MASK));
    return 0;
}

/*
 * Never by way of /proc/self/fd and the like: it would lead to what descriptors of ours hold, the host's /proc
 * among them (CVE-2024-21626).
 */
int op_chdir(struct executor *x, const struct op *op) {
    struct kern_open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = KERN_RESOLVE_NO_MAGICLINKS};
    (void)x;
    int fd = (int)syscall(SYS_openat2, AT_FDCWD, TEXT(ARG_CHDIR_PATH), &how, sizeof(how));
    if (fd < 0)
        return fail("chdir");
    int answer = fchdir(fd) < 0 ? fail("chdir") : 0;
    close_keeping_errno(fd);
    return answer;
}

static size_t list_length(const struct arg *list) {
    size_t length = 0;
    for (const char *item = NULL; (item = list_next(list, item)) != NULL;)
        length++;
    return length;
}

/* The items of a list as execve(2) wants them. The memory goes with the process. */
char **list_vector(const struct arg *list) {
    size_t length = 0;
    char **vector = memory((list_length(list) + 1) * sizeof(*vector));
    if (vector == NULL)
        return NULL;
    for (const char *item = NULL; (item = list_next(list, item)) != NULL;)
        vector[length++] = (char *)(uintptr_t)item;
    return vector;
}

int op_setgroups(struct executor *x, const struct op *op) {
    (void)x;
    const struct arg *list = &op->arg[ARG_SETGROUPS_GIDS];
    size_t room = list_length(list) * sizeof(gid_t) + 1, length = 0;
    gid_t *gids = memory(room);
    if (gids == NULL)
        return fail("mmap");
    for (const char *item = NULL; (item = list_next(list, item)) != NULL;) {
        uint64_t gid;
        if (!parse_number(item, strlen(item), &gid))
            return fail_as(EINVAL, "setgroups");
        gids[length++] = (gid_t)gid;
    }
    int answer = setgroups(length, gids) < 0 ? fail("setgroups") : 0;
    munmap(gids, room);
    return answer;
}

int op_setresgid(struct executor *x, const struct op *op) {
    (void)x;
    gid_t gid = (gid_t)NUMBER(ARG_SETRESGID_GID);
    return setresgid(gid, gid, gid) < 0 ? fail("setresgid") : 0;
}

int op_setresuid(struct executor *x, const struct op *op) {
    (void)x;
    uid_t uid = (uid_t)NUMBER(ARG_SETRESUID_UID);
    return setresuid(uid, uid, uid) < 0 ? fail("setresuid") : 0;
}

int op_bounding(struct executor *x, const struct op *op) {
    (void)x;
    for (unsigned long capability = 0; capability < 64; capability++) {
        int has = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
        if (has < 0)
            return 0; /* the kernel knows no more */
        if (has == 1 && (NUMBER(ARG_BOUNDING_MASK) >> capability & 1) == 0 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
            return fail("prctl");
    }
    return 0;
}

int op_capset(struct executor *x, const struct op *op) {
    (void)x;
    struct kern_cap_header header = {.version = KERN_CAPABILITY_VERSION_3};
    struct kern_cap_data data[2];
    for (int i = 0; i < 2; i++) {
        data[i].effective = (uint32_t)(NUMBER(ARG_CAPSET_EFFECTIVE) >> 32 * i);
        data[i].permitted = (uint32_t)(NUMBER(ARG_CAPSET_PERMITTED) >> 32 * i);
        data[i].inheritable = (uint32_t)(NUMBER(ARG_CAPSET_INHERITABLE) >> 32 * i);
    }
    return syscall(SYS_capset, &header, data) < 0 ? fail("capset") : 0;
}

int op_ambient(struct executor *x, const struct op *op) {
    (void)x;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return fail("prctl");
    for (unsigned long capability = 0; capability < 64; capability++)
        if ((NUMBER(ARG_AMBIENT_MASK) >> capability & 1) != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
            return fail("prctl");
    return 0;
}

/* Until here the death of the executor ends a half-made container; one that runs outlives it. */
void outlive_parent(struct executor *x) {
    if (x->dies_with_parent)
        prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    x->dies_with_parent = false;
}

int op_seccomp(struct executor *x, const struct op *op) {
    const struct arg *program = &op->arg[ARG_SECCOMP_PROGRAM];
    if (program->size == 0 || program->size % 8 != 0 || program->size / 8 > UINT16_MAX)
        return fail_as(EINVAL, "seccomp");
    struct kern_sock_fprog filter = {.length = (unsigned short)(program->size / 8), .filter = program->text};
    outlive_parent(x); /* now, as the filter may forbid it */
    long answer = syscall(SYS_seccomp, KERN_SECCOMP_SET_MODE_FILTER, NUMBER(ARG_SECCOMP_FLAGS), &filter);
    return answer < 0 ? fail("seccomp") : 0;
}

/* As execvp(3) goes through PATH: on past what is not there and what may not be run, and no further. */
int op_exec(struct executor *x, const struct op *op) {
    char **argv = list_vector(&op->arg[ARG_EXEC_ARGV]), **env = list_vector(&op->arg[ARG_EXEC_ENV]);
    bool denied = false;
    if (argv == NULL || env == NULL)
        return fail("mmap");
    if (argv[0] == NULL)
        return fail_as(EINVAL, "execve");
    outlive_parent(x);
    errno = ENOENT;
    for (const char *path = NULL; (path = list_next(&op->arg[ARG_EXEC_CANDIDATES], path)) != NULL;) {
        execve(path, argv, env);
        if (errno == EACCES)
            denied = true;
        else if (errno != ENOENT && errno != ENOTDIR)
            return fail("execve");
    }
    return fail_as(denied ? EACCES : errno, "execve");
}

/* Runs apart from us and is not waited for. */
int op_spawn(struct executor *x, const struct op *op) {
    char **argv = list_vector(&op->arg[ARG_SPAWN_ARGV]), **env = list_vector(&op->arg[ARG_SPAWN_ENV]);
    if (argv == NULL || env == NULL)
        return fail("mmap");
    pid_t pid = fork();
    if (pid < 0)
        return fail("fork");
    if (pid > 0)
        return 0;
    for (int signal = 1; signal < 65; signal++)
        if (signal != SIGKILL && signal != SIGSTOP)
            sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    setsid();
    umask(022);
    for (int fd = 0; fd < 3; fd++)
        dup2(x->null, fd);
    syscall(SYS_close_range, 3, UINT32_MAX, 0);
    execve(TEXT(ARG_SPAWN_PATH), argv, env);
    _exit(127);
}
