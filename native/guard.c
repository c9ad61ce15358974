/*
 * Holds a table of nf_tables that belongs to its socket: `nft flush ruleset` passes over it, nobody else can change it,
 * and the kernel takes it away with this process. What stands in it was computed and written down by whoever started us.
 */
#include "executor.h"
#include "kernel.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* So long after the last container: those that start one after the other have one guard. */
static const int LINGER_MS = 1000;

struct guard {
    int lock;           /* held as long as there is a table */
    const char *batch;  /* file: one transaction that makes the table; who changes it renames the new one into its place */
    const char *leases; /* directory: in it one a network, and in that a symlink for each address that somebody has */
    int changes;
    int table;
    bool holds;
};

static bool was_refused(int socket) {
    union {
        struct kern_nlmsghdr header;
        char bytes[8192];
    } answer;
    bool refused = false;
    ssize_t got;
    while ((got = recv(socket, &answer, sizeof(answer), MSG_DONTWAIT)) > 0) {
        int32_t error;
        if ((size_t)got < sizeof(answer.header) + sizeof(error))
            continue;
        memcpy(&error, answer.bytes + sizeof(answer.header), sizeof(error));
        refused |= answer.header.type == KERN_NLMSG_ERROR && error != 0;
    }
    return refused;
}

/* Where the kernel does not know such tables, or another process still has it, the next change tries again. */
static void hold(struct guard *guard) {
    struct stat status;
    int file = open(guard->batch, O_RDONLY | O_CLOEXEC);
    guard->holds = false;
    if (file < 0)
        return;
    if (fstat(file, &status) == 0 && status.st_size > 0) {
        size_t size = (size_t)status.st_size;
        int room = (int)size;
        void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
        setsockopt(guard->table, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
        if (bytes != MAP_FAILED) {
            guard->holds = write(guard->table, bytes, size) == (ssize_t)size && !was_refused(guard->table);
            munmap(bytes, size);
        }
    }
    close(file);
}

/* Watched before it is read: what goes after that is an event. */
static bool has_lease(struct guard *guard, const char *network) {
    inotify_add_watch(guard->changes, network, IN_DELETE | IN_ONLYDIR);
    DIR *directory = opendir(network);
    bool found = false;
    for (struct dirent *entry; !found && directory != NULL && (entry = readdir(directory)) != NULL;)
        found = entry->d_name[0] != '.' && strncmp(entry->d_name, "last", 4) != 0;
    if (directory != NULL)
        closedir(directory);
    return found;
}

static bool is_needed(struct guard *guard) {
    DIR *directory = opendir(guard->leases);
    bool found = false;
    char path[4096];
    for (struct dirent *entry; !found && directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.' || strlen(guard->leases) + strlen(entry->d_name) + 2 > sizeof(path))
            continue;
        put(put(put(path, guard->leases), "/"), entry->d_name);
        found = has_lease(guard, path);
    }
    if (directory != NULL)
        closedir(directory);
    return found;
}

static uint32_t read_changes(int changes) {
    union {
        struct inotify_event event;
        char bytes[4096];
    } buffer;
    uint32_t seen = 0;
    ssize_t got = read(changes, &buffer, sizeof(buffer));
    for (ssize_t at = 0; at < got;) {
        struct inotify_event event;
        memcpy(&event, buffer.bytes + at, sizeof(event));
        seen |= event.mask;
        at += (ssize_t)(sizeof(event) + event.len);
    }
    return seen;
}

/* Until nobody has an address any more; false where the directory of the batch has gone as well. */
static bool watch(struct guard *guard) {
    for (int patience = LINGER_MS;;) {
        struct pollfd changed = {.fd = guard->changes, .events = POLLIN};
        int ready = poll(&changed, 1, patience);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready > 0) {
            uint32_t seen = read_changes(guard->changes);
            if (seen & IN_DELETE_SELF)
                return false;
            if (seen & IN_MOVED_TO)
                hold(guard);
            patience = LINGER_MS;
            continue;
        }
        if (!is_needed(guard))
            return true;
        if (!guard->holds)
            hold(guard);
        patience = -1;
    }
}

static int open_changes(const char *batch) {
    char directory[4096];
    const char *end = strrchr(batch, '/');
    int changes = inotify_init1(IN_CLOEXEC);
    if (end == NULL || (size_t)(end - batch) >= sizeof(directory) || changes < 0)
        return -1;
    memcpy(directory, batch, (size_t)(end - batch));
    directory[end - batch] = '\0';
    return inotify_add_watch(changes, directory, IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR) < 0 ? -1 : changes;
}

/*
 * Whoever starts a container takes its address first and looks for our lock then. So once the lock is free, an address
 * that was taken before is seen here, and who comes later finds no guard and starts another.
 */
static int guard(char **argv) {
    uint64_t lock;
    prctl(PR_SET_NAME, "limpid-guard");
    if (!parse_number(argv[0], strlen(argv[0]), &lock))
        return 125;
    struct guard guard = {.lock = (int)lock, .batch = argv[1], .leases = argv[2], .changes = open_changes(argv[1])};
    if (guard.changes < 0)
        return 125;
    for (;;) {
        guard.table = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, KERN_NETLINK_NETFILTER);
        hold(&guard);
        if (!watch(&guard))
            return 0;
        close(guard.table);
        flock(guard.lock, LOCK_UN);
        if (!is_needed(&guard) || flock(guard.lock, LOCK_EX | LOCK_NB) < 0)
            return 0;
    }
}

/*
 * guard LOCK_FD BATCH LEASES: one that is killed is made again, by a process that does nothing else. What else the command
 * that started us had open is closed: somebody may wait for the end of it.
 */
int guard_mode(char **argv) {
    uint64_t lock;
    if (!parse_number(argv[0], strlen(argv[0]), &lock) || lock < 3)
        return 125;
    if (lock > 3)
        syscall(SYS_close_range, 3, (unsigned)lock - 1, 0);
    syscall(SYS_close_range, (unsigned)lock + 1, UINT32_MAX, 0);
    return keep(guard, argv);
}
