/*
 * What PREFIX/bin/limpid is: drops BUN_* from the environment, which a compiled Bun program would obey
 * (BUN_BE_BUN makes it an interpreter of whatever its arguments name), then becomes
 * PREFIX/libexec/limpid/limpid. That is found beside the launcher itself, so a tree can be moved.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "/libexec/limpid/limpid"

extern char **environ;

/*
 * A command runs most of its functions a few times: compiling them costs more than it gives, a quarter of the whole
 * CPU time of a `run`. What loops for long is compiled all the same.
 */
static char *const TUNING[] = {"BUN_JSC_thresholdForJITAfterWarmUp=50000", "BUN_JSC_thresholdForJITSoon=10000"};
#define TUNINGS (sizeof TUNING / sizeof TUNING[0])

/* The environment for the program; NULL where there is no memory. */
static char **program_environment(void) {
  size_t count = 0;
  while (environ[count] != NULL) count++;
  char **kept = malloc((count + TUNINGS + 1) * sizeof *kept), **end = kept;
  if (kept == NULL) return NULL;
  for (char **entry = environ; *entry != NULL; entry++)
    if (strncmp(*entry, "BUN_", 4) != 0) *end++ = *entry;
  for (size_t i = 0; i < TUNINGS; i++) *end++ = TUNING[i];
  *end = NULL;
  return kept;
}

/* Cuts the last component off; returns 0 where there is none. */
static int cut_last(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == NULL) return 0;
  *slash = '\0';
  return 1;
}

int main(int argc, char **argv) {
  char path[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof PROGRAM);
  (void)argc;
  if (length < 0) {
    fprintf(stderr, "limpid: cannot read \"/proc/self/exe\": %s (hint: is /proc mounted?)\n", strerror(errno));
    return 125;
  }
  path[length] = '\0';
  if (!cut_last(path) || !cut_last(path)) return 125;
  strcat(path, PROGRAM);
  char **environment = program_environment();
  if (environment != NULL) execve(path, argv, environment);
  fprintf(stderr, "limpid: cannot execute \"%s\": %s (hint: install it again)\n", path, strerror(errno));
  return 125;
}
