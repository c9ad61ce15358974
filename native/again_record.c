/*
 * A new container's record, in the order of engine/records/write.ts: its runtime directory and lock, the claim of its name,
 * its storage, and last, by one rename, its config. Killed before that, nothing has happened that is not swept.
 */
#include "again.h"
#include "executor.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG "config.json"

static const char *record_directory(const struct record *r) {
    return r->durable ? r->storage : r->runtime;
}

static void name_claim(const struct record *r, char *path) {
    put(put(put(path, r->runroot), "/names/"), r->own->name);
}

/* A directory of ours, with what is in it; never what is mounted there. */
static void remove_directory(const char *path) {
    struct place place = {.parent = -1};
    char parent[4096];
    const char *slash = strrchr(path, '/');
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = '\0';
    put(place.name, slash + 1);
    place.parent = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place.parent >= 0)
        remove_tree(&place, false, 0);
    close_keeping_errno(place.parent);
}

int record_begin(struct record *r) {
    char path[4200];
    if (strlen(r->root) > 3900 || strlen(r->runroot) > 3900)
        return -1;
    put(put(put(r->storage, r->root), "/containers/"), r->own->id);
    put(put(put(r->runtime, r->runroot), "/containers/"), r->own->id);
    r->lock = -1;
    if (mkdir(r->runtime, 0700) < 0)
        return -1;
    put(put(path, r->runtime), "/lock");
    r->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (r->lock >= 0 && flock(r->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    record_drop(r, true);
    return -1;
}

/* One symlink(2), which the kernel grants to one of many. */
int record_claim(const struct record *r) {
    char path[4400];
    name_claim(r, path);
    return symlink(r->own->id, path);
}

static int write_file(const struct record *r, const char *path, const struct bytes *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write_all(fd, text->at, text->size) < 0 || (r->durable && fsync(fd) < 0))
        return close_keeping_errno(fd);
    return close(fd);
}

static int sync_directory(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), done = fd < 0 ? -1 : fsync(fd);
    close_keeping_errno(fd);
    return done;
}

/* Whole or not at all; what outlives a reboot is on the disk when this answers. */
int record_write(const struct record *r, const char *name, const struct bytes *text) {
    char path[4400], aside[4400], parent[4200];
    bool is_config = strcmp(name, CONFIG) == 0;
    if (is_config && mkdir(r->storage, 0711) < 0)
        return -1;
    put(put(put(path, record_directory(r)), "/"), name);
    put(put(aside, path), ".tmp");
    if (write_file(r, aside, text) < 0 || rename(aside, path) < 0)
        return -1;
    if (!r->durable || !is_config)
        return 0;
    put(put(parent, r->root), "/containers");
    return sync_directory(record_directory(r)) < 0 ? -1 : sync_directory(parent);
}

/*
 * The config first: from then on it is gone for everybody. Where more may be left than the record, in the kernel, its
 * directories stay: the next command that sweeps finds them, and by them the rest.
 */
void record_drop(const struct record *r, bool alone) {
    char path[4400], removed[4400];
    put(put(put(path, record_directory(r)), "/"), CONFIG);
    put(put(put(removed, record_directory(r)), "/"), "removed.json");
    rename(path, removed);
    name_claim(r, path);
    if (link_is(path, r->own->id))
        unlink(path);
    if (alone) {
        remove_directory(r->storage);
        remove_directory(r->runtime);
    }
    if (r->lock >= 0)
        close(r->lock);
}
