/*
 * `exec`: the program has left the plan of one (runtime/first-exec.ts, exec-template.ts), with what it was computed
 * from. Where all of that is still so, the plan with these words in place of those is what the program would compute
 * again; with `--process FILE`, as engines call it, the plan as it is, for a file with the same bytes.
 */
#include "direct.h"
#include "executor.h"
#include "launch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORMAT, FACTS, PREFIXES, HEAD_FIELDS };
enum { TARGET_SLOT = 6, STDIN_SLOT = 64 };

struct request {
    const char *pid_file, *process;
    bool detach;
    char **argv;
    int argc;
};

/* What the program has to look at itself is any other option. */
static const char *take_options(const struct words *words, struct request *request) {
    int at = 0;
    for (; at < words->argc && words->argv[at][0] == '-'; at++) {
        const char *word = words->argv[at];
        if (strcmp(word, "-d") == 0 || strcmp(word, "--detach") == 0)
            request->detach = true;
        else if (strcmp(word, "--pid-file") == 0 && at + 1 < words->argc)
            request->pid_file = words->argv[++at];
        else if (strncmp(word, "--pid-file=", 11) == 0)
            request->pid_file = word + 11;
        else if ((strcmp(word, "--process") == 0 || strcmp(word, "-p") == 0) && at + 1 < words->argc)
            request->process = words->argv[++at];
        else if (strncmp(word, "--process=", 10) == 0)
            request->process = word + 10;
        else
            return NULL;
    }
    request->argv = words->argv + at + 1;
    request->argc = words->argc - at - 1;
    if (at >= words->argc)
        return NULL;
    bool plain = request->process != NULL ? request->argc == 0
                                          : request->argc > 0 && request->argv[0][0] != '-' && request->argv[0][0] != '\0';
    return plain && getenv("LISTEN_FDS") == NULL ? words->argv[at] : NULL;
}

/* The same lines as templateFacts of runtime/exec-template.ts. */
static bool facts_hold(const struct container *c, const char *expected) {
    static const char *const TYPES[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
    char path[64], link[64], of[2][32] = {"/proc/self", "/proc/"};
    size_t size;
    put_number(of[1] + strlen(of[1]), (uint64_t)c->pid);
    for (int i = 0; i < 16; i++) {
        put(put(put(path, of[i % 2]), "/ns/"), TYPES[i / 2]);
        ssize_t got = readlink(path, link, sizeof(link) - 2);
        link[got < 0 ? 0 : got] = '\n';
        link[got < 0 ? 1 : got + 1] = '\0';
        if (strncmp(expected, link, strlen(link)) != 0)
            return false;
        expected += strlen(link);
    }
    char *status = read_whole(AT_FDCWD, "/proc/self/status", &size), *capabilities = status == NULL ? NULL : strstr(status, "\nCapPrm:\t");
    if (capabilities == NULL || strncmp(expected, capabilities + 9, 17) != 0)
        return false;
    put(put(path, of[1]), "/cgroup");
    char *cgroup = read_whole(AT_FDCWD, path, &size);
    return cgroup != NULL && strcmp(expected + 17, cgroup) == 0;
}

static int put_u32(int fd, size_t number) {
    uint8_t bytes[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), (uint8_t)(number >> 24)};
    return write_all(fd, bytes, sizeof(bytes));
}

static int put_arg(int fd, const char *bytes, size_t size) {
    return put_u32(fd, size) < 0 || (size > 0 && write_all(fd, bytes, size) < 0) || write_all(fd, "", 1) < 0 ? -1 : 0;
}

/* Strings one behind the other, each with its NUL. */
struct list {
    char *bytes;
    size_t size;
};

static bool add(struct list *list, const char *prefix, const char *word) {
    size_t size = strlen(prefix) + strlen(word) + 1;
    char *bytes = realloc(list->bytes, list->size + size);
    if (bytes == NULL)
        return false;
    put(put(bytes + list->size, prefix), word);
    *list = (struct list){bytes, list->size + size};
    return true;
}

/* As execCandidates in plan/process.ts: a name with a slash is a path, any other is looked for in the PATH. */
static bool candidates_of(const char *name, const char *prefixes, uint64_t count, struct list *list) {
    if (strchr(name, '/') != NULL)
        return add(list, "", name);
    for (; count > 0; count--, prefixes += strlen(prefixes) + 1)
        if (!add(list, prefixes, name))
            return false;
    return true;
}

/* The operation as it is in the template, but for these of its arguments. */
static int put_op(int fd, const struct op *op, const struct list lists[ARGS_MAX]) {
    size_t count = strlen(op_kinds(op->code));
    if (put_u32(fd, op->code) < 0 || put_u32(fd, op->stage) < 0 || put_u32(fd, count) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (put_arg(fd, lists[i].bytes != NULL ? lists[i].bytes : op->arg[i].text, lists[i].bytes != NULL ? lists[i].size : op->arg[i].size) < 0)
            return -1;
    return 0;
}

static int write_plan(const uint8_t *bytes, size_t size, const struct list *candidates, const struct list *argv, const char *name) {
    struct cursor cursor;
    struct op op;
    int fd = memory_file("limpid-plan");
    uint32_t wrong;
    if (fd < 0 || wire_check(bytes, size, &wrong) < 0 || wire_open(&cursor, bytes, size) < 0)
        return -1;
    if (write_all(fd, bytes, (size_t)(cursor.at - bytes)) < 0)
        return -1;
    for (const uint8_t *start = cursor.at; wire_next(&cursor, &op) == 1; start = cursor.at) {
        struct list lists[ARGS_MAX] = {0};
        if (op.code == OP_EXEC) {
            lists[ARG_EXEC_CANDIDATES] = *candidates;
            lists[ARG_EXEC_ARGV] = *argv;
        } else if (op.code == OP_FIND_PROGRAM) {
            lists[ARG_FIND_PROGRAM_NAME] = (struct list){(char *)(uintptr_t)name, strlen(name)};
            lists[ARG_FIND_PROGRAM_CANDIDATES] = *candidates;
        } else if (write_all(fd, start, (size_t)(cursor.at - start)) == 0)
            continue;
        if (put_op(fd, &op, lists) < 0)
            return -1;
    }
    return fd;
}

/* The plan of a file with the same bytes; -1 where the last one had others. */
static int plan_of_process(const struct container *c, const char *path) {
    size_t size, wanted;
    char *process = read_whole(AT_FDCWD, path, &wanted), *text = read_whole(c->directory, "exec.process", &size);
    if (process == NULL || text == NULL || strcmp(text, "limpid-exec " OPS_DIGEST) != 0)
        return -1;
    char *facts = text + strlen(text) + 1, *kept = facts + strlen(facts) + 1;
    if (facts >= text + size || kept >= text + size || strlen(kept) != wanted || memcmp(kept, process, wanted) != 0)
        return -1;
    uint8_t *plan = (uint8_t *)kept + wanted + 1;
    uint32_t wrong;
    size_t length = (size_t)(text + size - (char *)plan);
    return !facts_hold(c, facts) || wire_check(plan, length, &wrong) < 0 ? -1 : plan_file(plan, length);
}

/* The plan with the words of this call; -1 where the template is not for it. */
static int plan_for(const struct container *c, const struct request *request) {
    size_t size;
    uint64_t count;
    struct list candidates = {0}, argv = {0};
    char *text = read_whole(c->directory, "exec.template", &size), *at = text;
    const char *head[HEAD_FIELDS];
    for (int i = 0; i < HEAD_FIELDS; i++, at += strlen(at) + 1)
        if (text == NULL || at >= text + size)
            return -1;
        else
            head[i] = at;
    if (strcmp(head[FORMAT], "limpid-exec " OPS_DIGEST) != 0 || !facts_hold(c, head[FACTS]))
        return -1;
    if (!parse_number(head[PREFIXES], strlen(head[PREFIXES]), &count) || !candidates_of(request->argv[0], at, count, &candidates))
        return -1;
    for (; count > 0 && at < text + size; count--)
        at += strlen(at) + 1;
    for (int i = 0; i < request->argc; i++)
        if (!add(&argv, "", request->argv[i]))
            return -1;
    return at >= text + size ? -1 : write_plan((uint8_t *)at, (size_t)(text + size - at), &candidates, &argv, request->argv[0]);
}

/* The pid of what has started; 0 where something failed: then all of it has ended, and the program tries itself. */
static pid_t launch(int plan, int target) {
    const struct handed handed[] = {{TARGET_SLOT, target}, {STDIN_SLOT, 0}, {STDIN_SLOT + 1, 1}, {STDIN_SLOT + 2, 2}};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return 0;
    pid_t executor = start_executor(plan, ends[1], handed, 4, false), pid;
    close(ends[1]);
    bool started = executor >= 0 && hear_of_start(ends[0], &pid) == FRAME_STARTED;
    while (executor > 0 && waitpid(executor, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(ends[0]);
    return started ? pid : 0;
}

/* Whole or not at all, as runtime/pid-file.ts. */
static bool write_pid_file(const char *path, pid_t pid) {
    char text[24], beside[4200];
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    if (strlen(path) > 4096)
        return false;
    memcpy(beside, path, (size_t)(name - path));
    put(put(put(beside + (name - path), "."), name), ".tmp");
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    put_number(text, (uint64_t)pid);
    bool done = fd >= 0 && write_all(fd, text, strlen(text)) == 0 && rename(beside, path) == 0;
    close_keeping_errno(fd);
    return done;
}

void direct_exec(const struct words *words) {
    struct request request = {0};
    struct container c;
    sigset_t before;
    const char *id = take_options(words, &request);
    if (id == NULL || !container_find(words, id, &c))
        return;
    enum status status = container_status(&c);
    int target = status == CREATED || status == RUNNING ? container_pidfd(&c) : -1;
    int plan = target < 0 ? -1 : request.process != NULL ? plan_of_process(&c, request.process) : plan_for(&c, &request);
    if (plan < 0)
        return;
    /* From here on no signal is lost: what comes before the process is there waits for it. */
    int signals = request.detach ? -1 : block_signals(&before);
    prctl(PR_SET_CHILD_SUBREAPER, !request.detach);
    pid_t pid = launch(plan, target);
    if (pid > 0 && request.pid_file != NULL && !write_pid_file(request.pid_file, pid)) {
        fprintf(stderr, "cannot write \"%s\": %s\n", request.pid_file, strerror(errno));
        _exit(1);
    }
    if (pid > 0)
        _exit(request.detach ? 0 : wait_in_foreground(pid, signals, -1));
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    if (!request.detach)
        sigprocmask(SIG_SETMASK, &before, NULL);
}
