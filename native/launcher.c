/*
 * What PREFIX/bin/limpid is: drops BUN_* from the environment, which a compiled Bun program would obey
 * (BUN_BE_BUN makes it an interpreter of whatever its arguments name), then becomes
 * PREFIX/libexec/limpid/limpid. That is found beside the launcher itself, so a tree can be moved. What can be done without
 * deciding anything is done here and needs no Bun: an OCI runtime's plain commands (direct.c), and what was decided before
 * (again.c).
 */
#include "again.h"
#include "direct.h"
#include "executor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "/libexec/limpid/limpid"

extern char **environ;

static void drop_bun_variables(void) {
  char **kept = environ;
  for (char **entry = environ; *entry != NULL; entry++)
    if (strncmp(*entry, "BUN_", 4) != 0) *kept++ = *entry;
  *kept = NULL;
}

/* A thread that prepares memory for long programs: a twelfth of what a `run` costs the CPUs. `callerOf` knows of it. */
static char no_warm_up[] = "BUN_JSC_useWarmUpMarkedBlocks=0";

/* Cuts the last component off; returns 0 where there is none. */
static int cut_last(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == NULL) return 0;
  *slash = '\0';
  return 1;
}

/* What is missing of 0, 1 and 2 would be the next file that is opened here, and from then on the container's. */
static int has_standard_streams(void) {
  for (int fd = 0; fd < 3; fd++)
    if (fcntl(fd, F_GETFD) < 0) return close(fill_standard()) == 0;
  return 1;
}

void become_program(const char *path, char **argv) {
  drop_bun_variables();
  putenv(no_warm_up);
  execv(path, argv);
  fprintf(stderr, "limpid: cannot execute \"%s\": %s (hint: install it again)\n", path, strerror(errno));
  _exit(125);
}

int main(int argc, char **argv) {
  char path[PATH_MAX];
  if (!has_standard_streams()) return 125;
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof PROGRAM);
  /* launch.c and again_guard.c start us again as parts of the executor. */
  if (argc >= 4 && strcmp(argv[0], "limpid-monitor") == 0 && strcmp(argv[1], "run") == 0)
    return run_mode(argc - 2, argv + 2);
  if (argc == 5 && strcmp(argv[0], "limpid-guard") == 0)
    return guard_mode(argv + 2);
  if (length < 0) {
    fprintf(stderr, "limpid: cannot read \"/proc/self/exe\": %s (hint: is /proc mounted?)\n", strerror(errno));
    return 125;
  }
  path[length] = '\0';
  if (!cut_last(path) || !cut_last(path)) return 125;
  strcat(path, PROGRAM);
  if (argc > 0) direct(argc, argv);
  /* Bun would end with a line of its own, and paths would mean nothing. */
  char here[PATH_MAX];
  if (getcwd(here, sizeof here) == NULL && errno == ENOENT) {
    fprintf(stderr, "Error: cannot find the working directory: it was removed (hint: `cd` to one that is there)\n");
    return 125;
  }
  if (argc > 0) again(argc, argv, path);
  become_program(path, argv);
}
