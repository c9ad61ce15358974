/* What outlives a monitor: the records of a start and an exit, and whether memory ran out. */
#include "executor.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { RECORD_BYTES = 96 };

/* Field 22 of /proc/PID/stat. The name before it may hold spaces and parentheses: count from the last one. */
uint64_t start_time(const struct executor *x, pid_t pid) {
    char path[32], text[1024];
    uint64_t number = 0;
    put(put_number(path, (uint64_t)pid), "/stat");
    int fd = openat(x->proc, path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    close_keeping_errno(fd);
    if (got <= 0)
        return 0;
    text[got] = '\0';
    const char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at != NULL)
        parse_number(at + 1, strcspn(at + 1, " "), &number);
    return number;
}

/* Cut after it is written: what was there before is the room that `reserve` took. */
static int write_beside(const struct place *place, const char *name, const char *text, bool sync) {
    int fd = openat(place->parent, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return fail("openat");
    int answer = write_all(fd, text, strlen(text)) < 0 ? fail("write") : 0;
    if (answer == 0 && ftruncate(fd, (off_t)strlen(text)) < 0)
        answer = fail("ftruncate");
    if (answer == 0 && sync && fsync(fd) < 0)
        answer = fail("fsync");
    close_keeping_errno(fd);
    return answer;
}

static const char *name_beside(char *name, const struct place *place) {
    put(put(name, place->name), ".tmp");
    return name;
}

/* A disk that is full when the container ends must not keep its end from being told. */
static int reserve(const struct place *place) {
    char name[sizeof(place->name) + 8];
    static const char blank[RECORD_BYTES] = {0};
    int fd = openat(place->parent, name_beside(name, place), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return fail("openat");
    int answer = 0;
    if (fallocate(fd, 0, 0, sizeof(blank)) < 0)
        answer = write_all(fd, blank, sizeof(blank)) < 0 ? fail("write") : 0;
    close_keeping_errno(fd);
    return answer;
}

static int write_record(const struct place *place, const char *text, bool sync) {
    char name[sizeof(place->name) + 8];
    name_beside(name, place);
    if (write_beside(place, name, text, sync) < 0)
        return -1;
    if (renameat(place->parent, name, place->parent, place->name) < 0)
        return fail("renameat");
    if (!sync)
        return 0;
    /* The rename is durable once its directory is. */
    int directory = openat(place->parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int answer = directory < 0 || fsync(directory) < 0 ? fail("fsync") : 0;
    close_keeping_errno(directory);
    return answer;
}

int op_record_start(struct executor *x, const struct op *op) {
    struct place place;
    const struct arg *prefix = &op->arg[ARG_RECORD_START_PREFIX];
    char text[1024];
    if (x->pid == 0 || prefix->size > sizeof(text) - 128)
        return fail_as(EINVAL, "record_start");
    if (find_place(x, SLOT(ARG_RECORD_START_AT), TEXT(ARG_RECORD_START_PATH), &place) < 0)
        return -1;
    char *end = put(put(text, prefix->text), " ");
    end = put_number(put(put_number(end, (uint64_t)x->pid), " "), start_time(x, x->pid));
    end = put_number(put(end, " "), (uint64_t)getpid());
    put(put_number(put(end, " "), start_time(x, getpid())), "\n");
    int answer = write_record(&place, text, false);
    close_keeping_errno(place.parent);
    return answer;
}

/* Held until we end, whoever waits for it. */
static int take_lock(const struct executor *x, int at, const char *path) {
    int fd = open_path(x, at, path, O_RDWR | O_CREAT, 0600);
    while (fd >= 0 && flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return fail("flock") + 0 * close_keeping_errno(fd);
    return fd < 0 ? -1 : 0;
}

int op_claim(struct executor *x, const struct op *op) {
    const struct arg *expected = &op->arg[ARG_CLAIM_EXPECTED];
    char text[1024];
    if (expected->size > sizeof(text))
        return fail_as(EINVAL, "claim");
    if (take_lock(x, SLOT(ARG_CLAIM_AT), TEXT(ARG_CLAIM_LOCK)) < 0)
        return -1;
    int fd = open_path(x, SLOT(ARG_CLAIM_AT), TEXT(ARG_CLAIM_RECORD), O_RDONLY, 0);
    ssize_t got = fd < 0 ? -1 : read(fd, text, expected->size);
    close_keeping_errno(fd);
    if (got < 0)
        return fd < 0 ? -1 : fail("read");
    return got == (ssize_t)expected->size && memcmp(text, expected->text, expected->size) == 0 ? 0 : fail_as(ESTALE, "claim");
}

static struct {
    bool declared, sync;
    struct place place;
} exit_record;

int op_record_exit(struct executor *x, const struct op *op) {
    if (find_place(x, SLOT(ARG_RECORD_EXIT_AT), TEXT(ARG_RECORD_EXIT_PATH), &exit_record.place) < 0)
        return -1;
    exit_record.declared = true;
    exit_record.sync = NUMBER(ARG_RECORD_EXIT_SYNC);
    return reserve(&exit_record.place);
}

char *put_ending(char *at, const struct ending *ending) {
    at = put_number(put(put_number(at, (uint64_t)ending->code), " "), (uint64_t)ending->signal);
    return put_number(put(at, " "), (uint64_t)ending->oom);
}

void record_ending(const struct ending *ending) {
    struct timespec now;
    char text[RECORD_BYTES];
    if (!exit_record.declared)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    char *end = put_number(put(put_ending(text, ending), " "), (uint64_t)now.tv_sec);
    put(put_padded(put(end, "."), (uint64_t)now.tv_nsec, 9), "\n");
    write_record(&exit_record.place, text, exit_record.sync);
}

/* The counter of memory.events, or of memory.oom_control on v1, where no event is ever sent for it. */
static struct {
    int fd;
    uint64_t base;
} oom = {.fd = -1};

static uint64_t oom_count(void) {
    char text[1024] = "\n";
    uint64_t count = 0;
    ssize_t got = oom.fd < 0 ? -1 : pread(oom.fd, text + 1, sizeof(text) - 2, 0);
    if (got <= 0)
        return 0;
    text[1 + got] = '\0';
    const char *line = strstr(text, "\noom_kill ");
    if (line != NULL)
        parse_number(line + 10, strcspn(line + 10, "\n"), &count);
    return count;
}

int op_oom_counter(struct executor *x, const struct op *op) {
    int slot = SLOT(ARG_OOM_COUNTER_SLOT);
    oom.fd = fcntl(slot < 0 ? -1 : x->slot[slot], F_DUPFD_CLOEXEC, 3);
    if (oom.fd < 0)
        return fail("fcntl");
    /* A session that enters a cgroup answers only for what is killed from then on. */
    oom.base = oom_count();
    return 0;
}

int oom_seen(void) {
    return oom_count() > oom.base;
}
