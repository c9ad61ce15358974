/* One run: reads a plan, walks its host operations, and ends, or becomes the monitor. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void run_cleanup(struct executor *x) {
    struct cursor cursor = x->cleanup;
    struct op op;
    while (wire_next(&cursor, &op) == 1)
        if (op.stage == STAGE_CLEANUP && perform(x, &op) < 0 && op.code == OP_CLAIM)
            return;
}

static void report_failure(struct executor *x, const struct failure *failure) {
    char text[128];
    char *end = put(put_number(put(put_number(text, failure->index), " "), (uint64_t)failure->error), " ");
    end = put(end, failure->call);
    trace_send(x->control);
    frame_send(x->control, FRAME_FAILED, text, (size_t)(end - text));
}

static void end_child(struct executor *x, struct failure *failure) {
    if (x->pid == 0)
        return;
    syscall(SYS_pidfd_send_signal, x->pidfd, SIGKILL, NULL, 0);
    while (waitpid(x->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    /* Where both sides failed, the child's failure is the cause: the host noticed that it was gone. */
    child_failure(x, failure);
}

void give_up(struct executor *x, struct failure *failure) {
    end_child(x, failure);
    run_cleanup(x);
    listener_close();
    report_failure(x, failure);
    _exit(1);
}

static void note_failure(struct failure *failure, uint32_t index) {
    *failure = (struct failure){.index = index, .error = errno};
    strncpy(failure->call, failed_call, sizeof(failure->call) - 1);
}

static void close_childs_ends(struct executor *x, const int ends[2]) {
    close(ends[0]);
    close(ends[1]);
    for (int i = 0; i < 3; i++)
        if (x->stdio.declared && x->stdio.child[i] >= 0)
            close(x->stdio.child[i]);
}

static int keep_child(struct executor *x, const struct op *op) {
    int pidfd = SLOT(ARG_CLONE_PIDFD), proc = SLOT(ARG_CLONE_PROC);
    if (pidfd >= 0) {
        int copy = fcntl(x->pidfd, F_DUPFD_CLOEXEC, 3);
        if (copy < 0)
            return fail("fcntl");
        slot_set(x, pidfd, copy);
    }
    if (proc >= 0) {
        char path[24];
        put_number(path, (uint64_t)x->pid);
        int directory = openat(x->proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (directory < 0)
            return fail("openat");
        slot_set(x, proc, directory);
    }
    return 0;
}

static void __attribute__((noreturn)) become_child(struct executor *x, const int ends[2]) {
    close(x->sync);
    close(x->status);
    x->sync = ends[0];
    x->status = ends[1];
    x->in_child = true;
    x->dies_with_parent = true;
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    /* Killed before it would have told us: then nobody is left to open a gate, or to watch. */
    if (sync_is_alone(x))
        _exit(127);
    prctl(PR_SET_NAME, "limpid-init", 0, 0, 0);
    for (int i = 0; i < 3 && x->stdio.declared && !x->stdio.terminal; i++)
        if (dup2(x->stdio.child[i], i) < 0)
            _exit(127);
    child_walk(x);
}

int op_clone(struct executor *x, const struct op *op) {
    int ends[2], cgroup = SLOT(ARG_CLONE_CGROUP);
    struct kern_clone_args args = {
        .flags = NUMBER(ARG_CLONE_FLAGS) | KERN_CLONE_PIDFD,
        .pidfd = (uintptr_t)&x->pidfd,
        .exit_signal = SIGCHLD,
    };
    if (cgroup >= 0) {
        args.flags |= KERN_CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)(int64_t)x->slot[cgroup];
    }
    if (sync_prepare(x, ends) < 0)
        return -1;
    int user = SLOT(ARG_CLONE_USER);
    int pid = user < 0 ? (int)syscall(SYS_clone3, &args, sizeof(args)) : clone_in_user_namespace(x, x->slot[user], &args);
    if (pid < 0)
        return fail(user < 0 ? "clone3" : failed_call);
    if (pid == 0)
        become_child(x, ends);
    x->pid = pid;
    close_childs_ends(x, ends);
    return keep_child(x, op);
}

int op_await(struct executor *x, const struct op *op) {
    return sync_await(x, (uint8_t)NUMBER(ARG_AWAIT_GATE));
}

int op_release(struct executor *x, const struct op *op) {
    return sync_send(x, (uint8_t)NUMBER(ARG_RELEASE_GATE), NULL, 0);
}

/* Only the clean-up is needed from here on; the rest of the plan goes back to the kernel. */
static int keep_cleanup(struct executor *x) {
    struct cursor cursor = x->cleanup, kept = {0};
    struct op op;
    uint8_t *bytes = memory(x->plan_size), *end = bytes;
    if (bytes == NULL)
        return fail("mmap");
    for (const uint8_t *start = cursor.at; wire_next(&cursor, &op) == 1; start = cursor.at) {
        if (op.stage != STAGE_CLEANUP)
            continue;
        memcpy(end, start, (size_t)(cursor.at - start));
        end += cursor.at - start;
        kept.count++;
    }
    kept.at = bytes;
    kept.end = end;
    x->cleanup = kept;
    munmap(x->plan, x->plan_size);
    return 0;
}

void report_start(struct executor *x) {
    char text[64];
    char *end = put_number(put(put_number(text, (uint64_t)x->pid), " "), start_time(x, x->pid));
    trace_send(x->control);
    frame_send(x->control, FRAME_STARTED, text, (size_t)(end - text));
}

int op_supervise(struct executor *x, const struct op *op) {
    struct failure failure;
    (void)op;
    sync_end(x);
    if (child_failure(x, &failure))
        give_up(x, &failure);
    sync_collect(x);
    trace_phase("exec");
    if (keep_cleanup(x) < 0)
        return -1;
    slots_trim(x);
    report_start(x);
    monitor(x);
}

static void __attribute__((noreturn)) finish(struct executor *x) {
    char text[32] = "";
    int status = 0;
    if (x->pid != 0) {
        struct failure failure;
        sync_end(x);
        if (child_failure(x, &failure))
            give_up(x, &failure);
        trace_phase("exec");
        while (waitpid(x->pid, &status, 0) < 0 && errno == EINTR)
            continue;
        int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        put_number(put(put_number(text, (uint64_t)(signal > 0 ? 128 + signal : WEXITSTATUS(status))), " "), (uint64_t)signal);
        trace_phase("exit");
    }
    run_cleanup(x);
    trace_send(x->control);
    frame_send(x->control, FRAME_DONE, text, strlen(text));
    _exit(0);
}

static void __attribute__((noreturn)) host_walk(struct executor *x) {
    struct failure failure;
    struct op op;
    while (wire_next(&x->cursor, &op) == 1) {
        if (op.stage != STAGE_HOST)
            continue;
        if (perform(x, &op) < 0) {
            note_failure(&failure, op.index);
            give_up(x, &failure);
        }
        trace_phase(op_name(&op));
    }
    finish(x);
}

void child_walk(struct executor *x) {
    struct failure failure;
    struct op op;
    while (wire_next(&x->cursor, &op) == 1) {
        if (op.stage != STAGE_CHILD && op.stage != STAGE_INIT)
            continue;
        if (perform(x, &op) < 0) {
            note_failure(&failure, op.index);
            signal(SIGPIPE, SIG_IGN); /* whoever opened the start gate may be gone */
            _exit(write_all(x->status, &failure, sizeof(failure)) < 0 ? 126 : 127);
        }
    }
    _exit(0);
}

/* Nothing of the caller's is inherited: not its signals, its umask, its session, its directory. */
static void start_afresh(void) {
    sigset_t none;
    /* The C library keeps some of the real-time signals to itself, and its own function from them. */
    const uint64_t by_default[4] = {0};
    for (int signal = 1; signal < 65; signal++)
        syscall(SYS_rt_sigaction, signal, by_default, NULL, 8);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(0);
    setsid();
    if (chdir("/") < 0)
        _exit(125);
    /* What shares a namespace with us may look into us otherwise, and from there at the host's files. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    prctl(PR_SET_NAME, "limpid-monitor", 0, 0, 0);
}

static bool parse_fds(char **argv, int *plan, int *control) {
    uint64_t fds[2];
    for (int i = 0; i < 2; i++)
        if (!parse_number(argv[i], strlen(argv[i]), &fds[i]) || fds[i] < 3 || fds[i] > INT32_MAX)
            return false;
    *plan = (int)fds[0];
    *control = (int)fds[1];
    return true;
}

int run_mode(int argc, char **argv) {
    static struct executor x = {.control = -1, .sync = -1, .status = -1, .pidfd = -1};
    struct failure failure;
    int plan;
    memset(x.slot, -1, sizeof(x.slot));
    become_sealed(argv - 2);
    trace_start();
    start_afresh();
    if (!parse_fds(argv, &plan, &x.control))
        return 125;
    if (descriptors_start(&x, plan, argc - 2, argv + 2) < 0 || read_plan(&x, plan) < 0) {
        note_failure(&failure, 0);
        report_failure(&x, &failure);
        return 1;
    }
    if (wire_check(x.plan, x.plan_size, &failure.index) < 0) {
        fail_as(EINVAL, "plan");
        note_failure(&failure, failure.index);
        report_failure(&x, &failure);
        return 1;
    }
    wire_open(&x.cursor, x.plan, x.plan_size);
    x.cleanup = x.cursor;
    trace_phase("plan");
    host_walk(&x);
}
