/*
 * Looks at every process of ours that appears, before it has become what it is to be: its memory, its root, its
 * descriptors, its namespaces. Prints how many were seen, and each thing that was got. Ends when /stop is there.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int comm_is_ours(const char *pid) {
    char path[64], comm[32] = "";
    snprintf(path, sizeof(path), "/proc/%s/comm", pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, comm, sizeof(comm) - 1);
    close(fd);
    return got > 0 && strncmp(comm, "limpid", 6) == 0;
}

static void look(const char *pid) {
    static const char *const LINKS[] = {"exe", "root", "cwd", "fd/0", "fd/1", "fd/3", "fd/4", "fd/5", "fd/6", "ns/mnt", "ns/pid", "ns/user"};
    static const char *const FILES[] = {"mem", "environ", "auxv", "maps"};
    char path[64], target[256];
    for (size_t i = 0; i < sizeof(LINKS) / sizeof(LINKS[0]); i++) {
        snprintf(path, sizeof(path), "/proc/%s/%s", pid, LINKS[i]);
        ssize_t got = readlink(path, target, sizeof(target) - 1);
        /* It may have become the program of the container between the two looks: that one may be looked at. */
        if (got > 0 && comm_is_ours(pid))
            printf("got %s: %.*s\n", LINKS[i], (int)got, target);
    }
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        snprintf(path, sizeof(path), "/proc/%s/%s", pid, FILES[i]);
        int fd = open(path, O_RDONLY);
        if (fd < 0)
            continue;
        if (comm_is_ours(pid))
            printf("got %s\n", FILES[i]);
        close(fd);
    }
    if (ptrace(PTRACE_ATTACH, atoi(pid), 0, 0) == 0) {
        waitpid(atoi(pid), NULL, __WALL);
        if (comm_is_ours(pid))
            printf("got ptrace\n");
        ptrace(PTRACE_DETACH, atoi(pid), 0, 0);
        kill(atoi(pid), SIGCONT);
    }
}

int main(void) {
    long seen = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (access("/stop", F_OK) != 0) {
        DIR *proc = opendir("/proc");
        for (struct dirent *entry; (entry = readdir(proc)) != NULL;)
            if (entry->d_name[0] >= '2' && entry->d_name[0] <= '9' && comm_is_ours(entry->d_name)) {
                seen++;
                look(entry->d_name);
            }
        closedir(proc);
    }
    printf("seen %ld\n", seen);
    return 0;
}
