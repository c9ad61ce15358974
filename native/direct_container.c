/* One container as its runtime's `create` described it, and what the kernel knows of it. */
#include "direct.h"
#include "executor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WHOLE_MAX (4u << 20)

/* Ended by a NUL; NULL where it cannot be read. */
char *read_descriptor(int fd, size_t *size) {
    size_t room = 32768, filled = 0;
    char *text = malloc(room);
    while (text != NULL) {
        ssize_t got = read(fd, text + filled, room - filled - 1);
        if (got < 0)
            break;
        filled += (size_t)got;
        text[filled] = '\0';
        if (got == 0) {
            *size = filled;
            return text;
        }
        if (filled + 1 == room)
            text = (room *= 2) > WHOLE_MAX ? NULL : realloc(text, room);
    }
    return NULL;
}

char *read_whole(int at, const char *path, size_t *size) {
    int fd = openat(at, path, O_RDONLY | O_CLOEXEC);
    char *text = fd < 0 ? NULL : read_descriptor(fd, size);
    if (fd >= 0)
        close(fd);
    return text;
}

/* The program says what is wrong with an id; here it must be the name of one directory. */
static bool is_name(const char *id) {
    return id[0] != '\0' && id[0] != '.' && strchr(id, '/') == NULL && strlen(id) < 256;
}

static bool parse_description(struct container *c, size_t size) {
    enum { FORMAT, FREEZER, FROZEN, STATE, FLAGS = STATE + 3, FIELDS };
    const char *field[FIELDS], *at = c->text;
    for (int i = 0; i < FIELDS; i++) {
        if (at >= c->text + size)
            return false;
        field[i] = at;
        at += strlen(at) + 1;
    }
    /* Another version's plans may mean other operations. */
    if (strcmp(field[FORMAT], "limpid-direct " OPS_DIGEST) != 0)
        return false;
    c->freezer = field[FREEZER];
    c->frozen = field[FROZEN];
    for (int i = 0; i < 3; i++)
        c->state[i] = field[STATE + i];
    c->plain_start = strchr(field[FLAGS], 's') != NULL;
    c->plain_delete = strchr(field[FLAGS], 'd') != NULL;
    return true;
}

/* "process PID STARTTIME …": op_record_start. */
static bool read_process(struct container *c) {
    size_t size;
    uint64_t pid;
    char *text = read_whole(c->directory, "process", &size);
    const char *at = text == NULL ? NULL : strchr(text, ' ');
    if (at == NULL || !next_number((at++, &at), &pid) || !next_number(&at, &c->start_time))
        return false;
    c->pid = (pid_t)pid;
    return pid <= INT32_MAX;
}

/* Plans are carried out with our rights: they must be from somebody who has them. */
static bool is_ours(int directory) {
    struct stat status;
    return fstat(directory, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool container_find(const struct words *words, const char *id, struct container *c) {
    size_t size;
    *c = (struct container){.id = id, .directory = -1};
    int root = is_name(id) ? open(words->root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (root < 0)
        return false;
    c->directory = openat(root, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    close(root);
    if (c->directory < 0 || !is_ours(c->directory) || (c->text = read_whole(c->directory, "direct", &size)) == NULL)
        return false;
    return parse_description(c, size) && read_process(c);
}

/*
 * flock(2) on a file of its directory, as kernel/locks.ts does it; held until we end. Who was deleted while we waited
 * has a dead process and no files, which the commands see.
 */
bool container_lock(const struct container *c) {
    int fd = openat(c->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    while (fd >= 0 && flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return close_keeping_errno(fd) >= 0;
    return fd >= 0;
}

/* Field 3 and field 22 of /proc/PID/stat, counted from the last parenthesis. */
static bool is_alive(const struct container *c) {
    char path[40];
    size_t size;
    uint64_t started;
    put(put_number(put(path, "/proc/"), (uint64_t)c->pid), "/stat");
    char *text = read_whole(AT_FDCWD, path, &size);
    char *at = text == NULL ? NULL : strrchr(text, ')');
    if (at == NULL || strlen(at) < 3 || at[2] == 'Z' || at[2] == 'X')
        return false;
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    const char *number = at == NULL ? "" : at + 1;
    return next_number(&number, &started) && started == c->start_time;
}

static bool is_frozen(const struct container *c) {
    size_t size, length = strlen(c->frozen);
    if (c->freezer[0] == '\0')
        return false;
    char *text = read_whole(AT_FDCWD, c->freezer, &size);
    return text != NULL && strncmp(text, c->frozen, length) == 0 && (text[length] == '\n' || text[length] == '\0');
}

/* As statusOf in runtime/container-record.ts. */
enum status container_status(const struct container *c) {
    char path[40], exe[64];
    if (!is_alive(c))
        return STOPPED;
    if (is_frozen(c))
        return PAUSED;
    if (faccessat(c->directory, "start.sock", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? RUNNING : UNCLEAR;
    put(put_number(put(path, "/proc/"), (uint64_t)c->pid), "/exe");
    ssize_t got = readlink(path, exe, sizeof(exe) - 1);
    if (got < 0)
        return UNCLEAR;
    exe[got] = '\0';
    if (strncmp(exe, "/memfd:limpid", 13) != 0)
        return RUNNING;
    int creating = openat(c->directory, "create.lock", O_RDWR | O_CLOEXEC);
    bool busy = creating >= 0 && flock(creating, LOCK_EX | LOCK_NB) < 0;
    close_keeping_errno(creating);
    return busy ? UNCLEAR : CREATED;
}

/* pidfd_open(2) of that very process, -1 when it is gone: the pid may have been a stranger's before, never after. */
int container_pidfd(const struct container *c) {
    int fd = (int)syscall(SYS_pidfd_open, c->pid, 0);
    if (fd < 0 || is_alive(c))
        return fd;
    return close_keeping_errno(fd);
}
