/*
 * `limpid run` and `limpid exec` in words that came before: what they came to was kept (engine/kept/), and where everything
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

#define ROOT "/var/lib/limpid"
#define RUNROOT "/run/limpid"
#define FORMAT "limpid-kept 1 " OPS_DIGEST

/* A command line: where the world is, the command, and its words, without the value of the first `--name`. */
struct asked {
    const char *root, *runroot, *command, *name;
    char **words;
    int count, name_at;
    bool name_apart;
};

static bool take_option(struct asked *asked, const char *option, const char **value) {
    size_t size = strlen(option);
    const char *word = asked->words[0];
    if (strncmp(word, option, size) != 0 || (word[size] != '=' && word[size] != '\0'))
        return false;
    int apart = word[size] == '\0';
    if (apart && asked->count < 2)
        return false;
    *value = apart ? asked->words[1] : word + size + 1;
    asked->words += 1 + apart, asked->count -= 1 + apart;
    return true;
}

/* As maskName of engine/kept/masked-name.ts. */
static void mask_name(struct asked *asked) {
    asked->name_at = -1;
    for (int i = 0; i < asked->count; i++) {
        const char *word = asked->words[i];
        bool apart = strcmp(word, "--name") == 0;
        if (!apart && strncmp(word, "--name=", 7) != 0)
            continue;
        if (apart && i + 1 == asked->count)
            return;
        asked->name_at = i;
        asked->name_apart = apart;
        asked->name = apart ? asked->words[i + 1] : word + 7;
        return;
    }
}

static bool read_words(struct asked *asked, int argc, char **argv) {
    *asked = (struct asked){.root = ROOT, .runroot = RUNROOT, .words = argv + 1, .count = argc - 1};
    while (asked->count > 0 && asked->words[0][0] == '-')
        if (!take_option(asked, "--root", &asked->root) && !take_option(asked, "--runroot", &asked->runroot))
            return false;
    if (asked->count < 2 || asked->root[0] != '/' || asked->runroot[0] != '/')
        return false;
    asked->command = asked->words[0];
    asked->words++, asked->count--;
    if (strcmp(asked->command, "run") == 0)
        mask_name(asked);
    else
        asked->name_at = -1;
    return strcmp(asked->command, "run") == 0 || strcmp(asked->command, "exec") == 0;
}

/* The next word as it was kept, NULL behind the last one: `--name`, and nothing, in place of what it was. */
static const char *next_word(const struct asked *asked, int *at, int *part) {
    if (*at == asked->count)
        return NULL;
    if (*at != asked->name_at)
        return asked->words[(*at)++];
    if ((*part)++ == 0)
        return "--name";
    *at += 1 + asked->name_apart;
    return "";
}

/* FNV-1a, twice from different beginnings, of the words with a NUL behind each: `keptName` of engine/kept/kept-file.ts. */
static void put_hash(char *at, const struct asked *asked) {
    uint32_t hash[2] = {0x811c9dc5, 0x9747b28c};
    int word_at = 0, part = 0;
    for (const char *word; (word = next_word(asked, &word_at, &part)) != NULL;) {
        size_t size = strlen(word) + 1;
        for (size_t i = 0; i < size; i++)
            for (int j = 0; j < 2; j++)
                hash[j] = (hash[j] ^ (uint8_t)word[i]) * 0x01000193u;
    }
    sprintf(at, "%08x%08x", hash[0], hash[1]);
}

static bool same_words(const struct asked *asked, struct reader *r) {
    uint64_t count;
    int at = 0, part = 0;
    if (!take_number(r, &count))
        return false;
    for (; count > 0; count--) {
        const char *kept = take_text(r), *word = next_word(asked, &at, &part);
        if (kept == NULL || word == NULL || strcmp(kept, word) != 0)
            return false;
    }
    return next_word(asked, &at, &part) == NULL;
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
    trace_start();
    put_hash(put(put(put(put(path, asked.runroot), "/kept/"), asked.command), "-"), &asked);
    char *text = read_whole(AT_FDCWD, path, &size);
    struct reader r = {text, text + size};
    if (text == NULL || !is_next(&r, FORMAT) || !is_by(&r, program) || !is_next(&r, asked.root) || !same_words(&asked, &r))
        return;
    raise_open_files();
    if (strcmp(asked.command, "run") == 0)
        again_run(&r, asked.runroot, asked.root, asked.name);
    else
        again_exec(&r);
}
