#ifndef LIMPID_DIRECT_H
#define LIMPID_DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What `limpid-runtime create` left for us of one container (runtime/direct.ts): answers, and plans to carry out. */
struct container {
    const char *id;
    int directory;
    const char *freezer, *frozen; /* the file that freezes it, and what that holds then; empty for none */
    const char *state[3];         /* the document of `state`, around the pid and the status */
    bool plain_start, plain_delete; /* no hook is asked for */
    pid_t pid;
    uint64_t start_time;
    char *text;
};

enum status { UNCLEAR, STOPPED, CREATED, RUNNING, PAUSED };

/* The words of a command line, its global options done with. */
struct words {
    const char *root;
    int argc;
    char **argv;
};

/* direct.c */
void direct(int argc, char **argv);

/* direct_container.c: false and UNCLEAR mean that the program has to look itself. */
bool container_find(const struct words *words, const char *id, struct container *c);
bool container_lock(const struct container *c);
enum status container_status(const struct container *c);
int container_pidfd(const struct container *c);
char *read_whole(int at, const char *path, size_t *size);
char *read_descriptor(int fd, size_t *size);

/* Each returns only where the program has to do it: then nothing has been done yet, unless said. */
void direct_start(const struct words *words);
void direct_delete(const struct words *words);
void direct_exec(const struct words *words);

#endif
