/* A kept `exec`, in any container that is made as the one was for which it was computed. */
#include "again.h"
#include "direct.h"
#include "executor.h"
#include "launch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct kept_exec {
    struct foreground foreground;
    uint64_t slot, durable;
    const char *boot;
    struct reader config, plan;
};

static bool take_exec(struct reader *r, struct kept_exec *kept) {
    if (!take_foreground(r, &kept->foreground) || !take_number(r, &kept->slot) || !take_number(r, &kept->durable))
        return false;
    kept->boot = take_text(r);
    return kept->boot != NULL && take_part(r, &kept->config) && take_part(r, &kept->plan);
}

static char *read_of_record(const struct asked *asked, const struct kept_exec *kept, const char *name, size_t *size) {
    char path[4400];
    if (strlen(asked->root) > 3900 || strlen(asked->runroot) > 3900)
        return NULL;
    put(put(put(put(put(path, kept->durable != 0 ? asked->root : asked->runroot), "/containers/"), asked->id), "/"), name);
    return read_whole(AT_FDCWD, path, size);
}

/* What stands between this and the next quote; the text goes on behind it. */
static bool take_quoted(char **text, const char *before, const char **quoted) {
    size_t size = strlen(before);
    if (strncmp(*text, before, size) != 0)
        return false;
    *quoted = *text + size;
    char *end = strchr(*quoted, '"');
    if (end == NULL)
        return false;
    *end = '\0';
    *text = end + 1;
    return true;
}

/* Whether it is that container's but for its name, its id and when it was made, which are put into `own`. */
static bool config_is_alike(const struct asked *asked, const struct kept_exec *kept, struct own *own) {
    size_t size;
    struct bytes filled = {0};
    const char *created;
    char *text = read_of_record(asked, kept, "config.json", &size), *at = text == NULL ? NULL : strdup(text);
    if (at == NULL || !take_quoted(&at, "{\"name\":\"", &own->name) || !take_quoted(&at, ",\"created\":\"", &created))
        return false;
    if (strlen(created) >= sizeof(own->created))
        return false;
    put(own->created, created);
    return fill(kept->config, own, &filled) && filled.size == size && memcmp(filled.at, text, size) == 0;
}

static bool copy_word(const char **text, char *to, size_t room) {
    size_t size = strcspn(*text, " \n");
    if (size == 0 || size >= room)
        return false;
    memcpy(to, *text, size);
    to[size] = '\0';
    *text += size + ((*text)[size] != '\0');
    return true;
}

/* The start record: the boot, the time of day, the process and when it started (docs/protocol.md). */
static bool find_process(const struct asked *asked, const struct kept_exec *kept, struct own *own) {
    size_t size;
    char boot[64], time[24];
    const char *at = read_of_record(asked, kept, "start", &size);
    return at != NULL && copy_word(&at, boot, sizeof(boot)) && copy_word(&at, time, sizeof(time)) && copy_word(&at, own->pid, sizeof(own->pid)) &&
           copy_word(&at, own->start_time, sizeof(own->start_time)) && strcmp(boot, kept->boot) == 0;
}

static int open_pidfd(const char *text) {
    uint64_t pid;
    return !parse_number(text, strlen(text), &pid) || pid == 0 || pid > INT32_MAX ? -1 : (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

void again_exec(struct reader *r, const struct asked *asked) {
    struct own own = {.id = asked->id};
    struct kept_exec kept;
    struct bytes plan = {0};
    if (!take_exec(r, &kept) || !config_is_alike(asked, &kept, &own) || !find_process(asked, &kept, &own))
        return;
    /* The facts say whose pid it is, and are looked at behind this: it cannot be a stranger's later. */
    struct handed target = {.slot = (int)kept.slot, .fd = open_pidfd(own.pid)};
    if (target.fd < 0 || !facts_still_hold(r, &own) || !fill(kept.plan, &own, &plan))
        return;
    trace_phase("kept plan found");
    int control = launch_plan(plan.at, plan.size, &target, getenv("LIMPID_TRACE") != NULL);
    close(target.fd);
    if (control >= 0)
        follow(&kept.foreground, control);
}
