/*
 * The runtime's commands that decide nothing: what they do was decided by `create`, which left it as data. Whatever is
 * not plain (hooks, patterns, an unknown option, a state in which the command fails) is left to the program: each
 * function here returns where it has nothing to say, and the launcher goes on.
 */
#include "direct.h"
#include "executor.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOT "/run/limpid-runtime"

static bool is_called(const char *word, const char *name) {
    const char *slash = strrchr(word, '/');
    return strcmp(slash == NULL ? word : slash + 1, name) == 0;
}

/* Those that say where a container is, and those that bear on nothing but messages. */
static bool take_global(struct words *words) {
    static const char *const WITH_VALUE[] = {"--root", "--log", "--log-format", "--log-level"};
    const char *word = words->argv[0];
    if (strcmp(word, "--systemd-cgroup") == 0 || strcmp(word, "--debug") == 0) {
        words->argv++, words->argc--;
        return true;
    }
    for (size_t i = 0; i < sizeof(WITH_VALUE) / sizeof(WITH_VALUE[0]); i++) {
        size_t size = strlen(WITH_VALUE[i]);
        if (strncmp(word, WITH_VALUE[i], size) != 0 || (word[size] != '\0' && word[size] != '='))
            continue;
        bool apart = word[size] == '\0';
        if (apart && words->argc < 2)
            return false;
        if (i == 0)
            words->root = apart ? words->argv[1] : word + size + 1;
        words->argv += 1 + apart, words->argc -= 1 + apart;
        return true;
    }
    return false;
}

static void __attribute__((noreturn)) answer(const char *text) {
    _exit(write_all(1, text, strlen(text)) < 0 ? 1 : 0);
}

static void direct_state(const struct words *words) {
    static const char *const NAMES[] = {"", "stopped", "created", "running", "paused"};
    struct container c;
    if (words->argc != 1 || !container_find(words, words->argv[0], &c))
        return;
    enum status status = container_status(&c);
    char *text = malloc(strlen(c.state[0]) + strlen(c.state[1]) + strlen(c.state[2]) + 64);
    if (status == UNCLEAR || text == NULL)
        return;
    char *at = put_number(put(text, c.state[0]), status == STOPPED ? 0 : (uint64_t)c.pid);
    put(put(put(at, c.state[1]), NAMES[status]), c.state[2]);
    answer(text);
}

/* A number, or one of the names that callers use; -1 for any other. */
static int parse_signal(const char *word) {
    static const struct {
        const char *name;
        int number;
    } NAMES[] = {{"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"KILL", SIGKILL}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2},
                 {"TERM", SIGTERM}, {"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"WINCH", SIGWINCH}};
    uint64_t number;
    if (parse_number(word, strlen(word), &number))
        return number <= 64 ? (int)number : -1;
    if (strncmp(word, "SIG", 3) == 0)
        word += 3;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(word, NAMES[i].name) == 0)
            return NAMES[i].number;
    return -1;
}

static void direct_kill(const struct words *words) {
    struct container c;
    int signal = words->argc == 2 ? parse_signal(words->argv[1]) : words->argc == 1 ? SIGTERM : -1;
    if (signal < 0 || words->argv[0][0] == '-' || !container_find(words, words->argv[0], &c))
        return;
    int pidfd = container_pidfd(&c);
    if (pidfd >= 0 && syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0)
        _exit(0);
}

/* Carries the command line out and exits, or returns with nothing done. */
void direct(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*act)(const struct words *words);
    } COMMANDS[] = {{"start", direct_start}, {"delete", direct_delete}, {"state", direct_state}, {"kill", direct_kill}, {"exec", direct_exec}};
    struct words words = {.root = ROOT, .argc = argc - 1, .argv = argv + 1};
    if (!is_called(argv[0], "limpid-runtime")) {
        if (words.argc < 1 || strcmp(words.argv[0], "runtime") != 0)
            return;
        words.argv++, words.argc--;
    }
    /* Ours to say, nobody else's. */
    unsetenv("LIMPID_GATE_ANSWER");
    if (geteuid() != 0)
        return;
    while (words.argc > 0 && words.argv[0][0] == '-')
        if (!take_global(&words))
            return;
    for (size_t i = 0; words.argc > 1 && i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
        if (strcmp(words.argv[0], COMMANDS[i].name) == 0) {
            words.argv++, words.argc--;
            COMMANDS[i].act(&words);
            return;
        }
}
