/* A kept `run`: facts, record, address, plan, start. Where anything is refused, all of it is taken back. */
#include "again.h"
#include "executor.h"
#include "launch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define ID_BYTES (ID_SIZE / 2)
#define NAMES_TRIED 4
#define SIZES_TRIED 4096

struct kept_run {
    struct foreground foreground;
    uint64_t lock_slot, durable, name_size;
    const char *qualities, *people; /* of which a name is made; empty where one is given */
    struct leases leases;
    const char *hostname; /* which is no name of it: in /etc/hosts the two would be one */
    struct reader config, endpoints, plan;
};

static bool take_leases(struct reader *r, struct leases *leases) {
    leases->directory = take_text(r);
    bool taken = leases->directory != NULL && take_number(r, &leases->first) && take_number(r, &leases->size) && take_number(r, &leases->reserved);
    if (taken && leases->directory[0] == '\0')
        leases->directory = NULL;
    return taken;
}

static bool take_run(struct reader *r, struct kept_run *kept) {
    if (!take_foreground(r, &kept->foreground) || !take_number(r, &kept->lock_slot) || !take_number(r, &kept->durable))
        return false;
    kept->qualities = take_text(r);
    kept->people = take_text(r);
    return kept->people != NULL && take_number(r, &kept->name_size) && take_leases(r, &kept->leases) &&
           (kept->hostname = take_text(r)) != NULL && take_part(r, &kept->config) && take_part(r, &kept->endpoints) && take_part(r, &kept->plan);
}

static char *put_choice(char *at, const char *words, unsigned random) {
    unsigned count = 1;
    for (const char *word = words; (word = strchr(word, ' ')) != NULL; word++)
        count++;
    for (random %= count; random > 0; random--)
        words = strchr(words, ' ') + 1;
    size_t size = strcspn(words, " ");
    memcpy(at, words, size);
    at[size] = '\0';
    return at + size;
}

/* `lucid_hopper`: as long as it has to be, where it stands in what cannot grow. */
static bool random_name(const struct kept_run *kept, char *name) {
    uint16_t random[2];
    if (strlen(kept->qualities) > 4096 || strlen(kept->people) > 4096)
        return false;
    for (int i = 0; i < SIZES_TRIED; i++) {
        if (getrandom(random, sizeof(random), 0) != sizeof(random))
            return false;
        put_choice(put(put_choice(name, kept->qualities, random[0]), "_"), kept->people, random[1]);
        if (kept->name_size == 0 || strlen(name) == kept->name_size)
            return true;
    }
    return false;
}

static bool name_fits(const struct kept_run *kept, const char *name) {
    return is_container_name(name) && (kept->name_size == 0 || strlen(name) == kept->name_size) && strcmp(name, kept->hostname) != 0;
}

static bool new_id(char *id) {
    uint8_t random[ID_BYTES];
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return false;
    for (int i = 0; i < ID_BYTES; i++)
        id = put_hex(id, random[i]);
    return true;
}

static void set_times(struct own *own) {
    struct timespec now;
    struct tm date;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &date);
    size_t size = strftime(own->created, sizeof(own->created), "%Y-%m-%dT%H:%M:%S.", &date);
    put(put_padded(own->created + size, (uint64_t)now.tv_nsec / 1000000, 3), "Z");
    put_number(own->started, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

/* Tells its veths from those of a later start of it (network/endpoints.ts); no other container has its id. */
static void name_interface(struct own *own) {
    char *at = put(own->interface, "lim");
    memcpy(at, own->id, 8);
    at[8] = '0';
    memcpy(at + 9, own->id + 8, 3);
    at[12] = '\0';
}

/* The name that was asked for, or the first random one that nobody has. */
static bool claim(const struct record *record, const struct kept_run *kept, char *random) {
    for (int tried = 0; tried < NAMES_TRIED; tried++) {
        if (kept->qualities[0] != '\0' && (!random_name(kept, random) || !name_fits(kept, random)))
            return false;
        if (record_claim(record) == 0)
            return true;
        if (errno != EEXIST || kept->qualities[0] == '\0')
            return false;
    }
    return false;
}

static bool write_filled(const struct record *record, const char *name, struct reader blanked) {
    struct bytes text = {0};
    bool written = fill(blanked, record->own, &text) && record_write(record, name, &text) == 0;
    free(text.at);
    return written;
}

/*
 * The control connection of what has started; -1 with nothing taken. What the record refers to is looked at behind it: who
 * removes an image looks for records last, so that of the two one sees the other (engine/images/hold-image.ts).
 */
static int start(const struct kept_run *kept, const struct record *record, struct own *own, struct reader *referred) {
    struct bytes plan = {0};
    const struct handed lock = {.slot = (int)kept->lock_slot, .fd = record->lock};
    if (!write_filled(record, "config.json", kept->config) || !facts_still_hold(referred, own))
        return -1;
    trace_phase("record written");
    if (kept->leases.directory != NULL && !take_lease(&kept->leases, own))
        return -1;
    bool on_networks = kept->leases.directory != NULL;
    bool ready = !on_networks || (write_filled(record, "endpoints.json", kept->endpoints) && ensure_guard(record->runroot));
    int control = ready ? 0 : -1;
    if (control == 0)
        control = fill(kept->plan, own, &plan) ? launch_plan(plan.at, plan.size, &lock, getenv("LIMPID_TRACE") != NULL) : -1;
    if (control < 0 && on_networks)
        drop_lease(&kept->leases, own);
    return control;
}

/* It runs already: where its id cannot be written, the program says why not, as it would have done. */
static void tell(const struct asked *asked, char *id) {
    char *argv[] = {"limpid", "version", "--format", id, NULL};
    if (dprintf(1, "%s\n", id) < 0)
        become_program(asked->program, argv);
}

void again_run(struct reader *r, const struct asked *asked) {
    struct kept_run kept;
    char id[ID_SIZE + 1], name[256];
    struct own own = {.id = id, .name = name};
    if (!take_run(r, &kept) || !facts_still_hold(r, &own) || !new_id(id))
        return;
    trace_phase("kept plan found");
    struct record record = {.root = asked->root, .runroot = asked->runroot, .own = &own, .durable = kept.durable != 0};
    if (kept.qualities[0] == '\0' && (asked->name == NULL || !name_fits(&kept, asked->name)))
        return;
    put(name, kept.qualities[0] == '\0' ? asked->name : "");
    set_times(&own);
    name_interface(&own);
    if (record_begin(&record) < 0)
        return;
    int control = claim(&record, &kept, name) ? start(&kept, &record, &own, r) : -1;
    if (control < 0) {
        record_drop(&record, control != LAUNCH_DIED);
        return;
    }
    close(record.lock);
    if (kept.foreground.flags[0] == '\0')
        tell(asked, id);
    follow(&kept.foreground, control);
}
