/*
 * The words of a command line, and those of a kept one: the same but for what bears on nothing else, the name that a new
 * container is given, or the container that is entered (engine/kept/masked-words.ts).
 */
#include "again.h"
#include "executor.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No word that was typed is taken for it. */
#define MASK "\1"
#define ROOT "/var/lib/limpid"
#define RUNROOT "/run/limpid"

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

bool is_container_name(const char *name) {
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    return name[0] != '\0' && strchr("_.-", name[0]) == NULL && strlen(name) < 200 && name[strspn(name, LETTERS)] == '\0';
}

static void mask_name(struct asked *asked) {
    for (int i = 0; i < asked->count; i++) {
        const char *word = asked->words[i];
        bool apart = strcmp(word, "--name") == 0;
        if (!apart && strncmp(word, "--name=", 7) != 0)
            continue;
        if (apart && i + 1 == asked->count)
            return;
        asked->masked_at = i;
        asked->masked_count = 1 + apart;
        asked->name = apart ? asked->words[i + 1] : word + 7;
        return;
    }
}

/* By its name, or by all of its id. */
static bool find_container(struct asked *asked, const char *word) {
    char path[4200];
    struct stat status;
    ssize_t size;
    if (strlen(asked->runroot) > 3900 || !is_container_name(word))
        return false;
    put(put(put(path, asked->runroot), "/names/"), word);
    if ((size = readlink(path, asked->id, sizeof(asked->id))) == ID_SIZE)
        return true;
    put(put(put(path, asked->runroot), "/containers/"), word);
    if (size >= 0 || strlen(word) != ID_SIZE || stat(path, &status) < 0)
        return false;
    memcpy(asked->id, word, ID_SIZE);
    return true;
}

static bool mask_container(struct asked *asked) {
    for (int i = 0; i < asked->count; i++)
        if (find_container(asked, asked->words[i])) {
            asked->id[ID_SIZE] = '\0';
            asked->masked_at = i;
            asked->masked_count = 1;
            return true;
        }
    return false;
}

bool is_answered(const char *command) {
    return strcmp(command, "ps") == 0 || strcmp(command, "inspect") == 0 || strcmp(command, "images") == 0;
}

bool read_words(struct asked *asked, int argc, char **argv) {
    *asked = (struct asked){.root = ROOT, .runroot = RUNROOT, .words = argv + 1, .count = argc - 1, .masked_at = -1};
    while (asked->count > 0 && asked->words[0][0] == '-')
        if (!take_option(asked, "--root", &asked->root) && !take_option(asked, "--runroot", &asked->runroot))
            return false;
    if (asked->count < 1 || asked->root[0] != '/' || asked->runroot[0] != '/')
        return false;
    asked->command = asked->words[0];
    asked->words++, asked->count--;
    if (is_answered(asked->command))
        return true;
    if (strcmp(asked->command, "exec") == 0)
        return mask_container(asked);
    mask_name(asked);
    return strcmp(asked->command, "run") == 0;
}

/* The next word as it was kept, NULL behind the last one. */
static const char *next_word(const struct asked *asked, int *at) {
    if (*at >= asked->count)
        return NULL;
    if (*at != asked->masked_at)
        return asked->words[(*at)++];
    *at += asked->masked_count;
    return MASK;
}

/* FNV-1a, twice from different beginnings, of the words with a NUL behind each: `keptPath` of engine/kept/kept-file.ts. */
void put_words_hash(char *at, const struct asked *asked) {
    uint32_t hash[2] = {0x811c9dc5, 0x9747b28c};
    int next = 0;
    for (const char *word; (word = next_word(asked, &next)) != NULL;) {
        size_t size = strlen(word) + 1;
        for (size_t i = 0; i < size; i++)
            for (int j = 0; j < 2; j++)
                hash[j] = (hash[j] ^ (uint8_t)word[i]) * 0x01000193u;
    }
    sprintf(at, "%08x%08x", hash[0], hash[1]);
}

bool same_words(const struct asked *asked, struct reader *r) {
    uint64_t count;
    int next = 0;
    if (!take_number(r, &count))
        return false;
    for (; count > 0; count--) {
        bool masked = next == asked->masked_at;
        const char *kept = take_text(r), *word = next_word(asked, &next);
        if (kept == NULL || word == NULL || strcmp(kept, word) != 0 || (!masked && strcmp(word, MASK) == 0))
            return false;
    }
    return next_word(asked, &next) == NULL;
}
