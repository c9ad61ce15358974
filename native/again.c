/*
 * `limpid run`, `exec`, `ps`, `inspect` and `images` in words that came before: what they came to was kept (engine/kept/), and where everything
 * that it was computed from is still so, it is carried out from here, without a line of JavaScript. Whatever is not as it
 * was, and whatever fails, is left to the whole way: it does it, or says why not.
 */
#include "again.h"
#include "direct.h"
#include "executor.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "limpid-kept 1 " OPS_DIGEST

/* What it says is done with our rights: it is from somebody who has them, or it is none. */
static char *read_kept(const char *path, size_t *size) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool ours = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
                (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    char *text = ours ? read_descriptor(fd, size) : NULL;
    close(fd);
    return text;
}

/* It may have been started by another path. */
static bool is_by(struct reader *r, const char *program) {
    const char *path = take_text(r);
    struct stat theirs, ours;
    if (path == NULL || stat(path, &theirs) < 0 || stat(program, &ours) < 0)
        return false;
    return theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static bool is_next(struct reader *r, const char *expected) {
    const char *text = take_text(r);
    return text != NULL && strcmp(text, expected) == 0;
}

bool take_foreground(struct reader *r, struct foreground *foreground) {
    foreground->flags = take_text(r);
    foreground->keys = take_text(r);
    return foreground->keys != NULL;
}

void follow(const struct foreground *foreground, int control) {
    char fd[16];
    char *argv[] = {fd, (char *)(uintptr_t)foreground->flags, (char *)(uintptr_t)foreground->keys, NULL};
    put_number(fd, (uint64_t)control);
    _exit(foreground->flags[0] == '\0' ? 0 : client_mode(3, argv));
}

/* As Bun does when it starts: the limit is inherited by what it starts. */
static void raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void again(int argc, char **argv, const char *program) {
    char path[PATH_MAX];
    struct asked asked;
    size_t size;
    if (geteuid() != 0 || !read_words(&asked, argc, argv) || strlen(asked.runroot) > PATH_MAX - 64)
        return;
    asked.program = program;
    trace_start();
    put_words_hash(put(put(put(put(path, asked.runroot), "/kept/"), asked.command), "-"), &asked);
    char *text = read_kept(path, &size);
    struct reader r = {text, text + size};
    if (text == NULL || !is_next(&r, FORMAT) || !is_by(&r, program) || !is_next(&r, asked.root) || !is_next(&r, asked.runroot) ||
        !same_words(&asked, &r))
        return;
    if (is_answered(asked.command))
        return again_answer(&r);
    raise_open_files();
    if (strcmp(asked.command, "run") == 0)
        again_run(&r, &asked);
    else
        again_exec(&r, &asked);
}
