/*
 * What a plan was computed from, looked at again: each fact is its kind, what to look at, and what was found there then
 * (engine/kept/facts.ts). Whatever cannot be looked at is another.
 */
#include "again.h"
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* What the kernel says of itself is short; what is longer is another than it was. */
static const char *read_short(const char *path) {
    static char text[16384];
    size_t filled = 0;
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && filled < sizeof(text) - 1 && (got = read(fd, text + filled, sizeof(text) - 1 - filled)) > 0)
        filled += (size_t)got;
    close(fd);
    text[filled] = '\0';
    return got == 0 ? text : NULL;
}

static bool file_is(const char *path, const char *expected) {
    const char *text = read_short(path);
    return text != NULL && strcmp(text, expected) == 0;
}

static bool file_has(const char *path, const char *expected) {
    const char *text = read_short(path);
    return text != NULL && strstr(text, expected) != NULL;
}

bool link_is(const char *path, const char *expected) {
    char target[256];
    ssize_t size = readlink(path, target, sizeof(target));
    return size < 0 ? *expected == '\0' : (size_t)size == strlen(expected) && memcmp(target, expected, (size_t)size) == 0;
}

/* As `fingerprint` of kernel/file-status.ts. */
static bool has_fingerprint(const struct stat *status, const char *expected) {
    static const struct {
        mode_t type;
        const char *kind;
    } KINDS[] = {{S_IFREG, "file"}, {S_IFDIR, "directory"}, {S_IFLNK, "symlink"}, {S_IFCHR, "char"}, {S_IFBLK, "block"}, {S_IFIFO, "fifo"}, {S_IFSOCK, "socket"}};
    char text[128];
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        if ((status->st_mode & S_IFMT) == KINDS[i].type) {
            char *at = put_number(put(put(text, KINDS[i].kind), " "), status->st_ino);
            at = put_number(put(at, " "), (uint64_t)status->st_size);
            put_number(put(at, " "), (uint64_t)status->st_ctim.tv_sec * 1000000000 + (uint64_t)status->st_ctim.tv_nsec);
        }
    return strcmp(text, expected) == 0;
}

static bool path_is(const char *path, const char *expected) {
    struct stat status;
    return stat(path, &status) < 0 ? *expected == '\0' : has_fingerprint(&status, expected);
}

/* A path below a root that is not trusted: the root, a newline, the path. */
static bool inside_is(const char *subject, const char *expected) {
    struct kern_open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = KERN_RESOLVE_IN_ROOT | KERN_RESOLVE_NO_MAGICLINKS};
    struct stat status;
    char root[4096];
    size_t size = strcspn(subject, "\n");
    if (subject[size] == '\0' || size >= sizeof(root))
        return false;
    memcpy(root, subject, size);
    root[size] = '\0';
    int at = open(root, O_PATH | O_CLOEXEC), fd = at < 0 ? -1 : openat2_retrying(at, subject + size + 1, &how);
    bool same = fd < 0 ? *expected == '\0' : fstat(fd, &status) == 0 && has_fingerprint(&status, expected);
    close(at);
    close(fd);
    return same;
}

static bool file_system_is(const char *path, const char *expected) {
    struct statfs status;
    char text[24];
    if (statfs(path, &status) < 0)
        return false;
    put_number(text, (uint64_t)status.f_type);
    return strcmp(text, expected) == 0;
}

/* Unset and empty are two things. */
static bool variable_is(const char *name, const char *expected) {
    const char *value = getenv(name);
    return value == NULL ? *expected == '\0' : *expected == '=' && strcmp(value, expected + 1) == 0;
}

/* proc(5), stat, from its third field on; NULL for who is not alive. */
static const char *stat_of_living(const char *pid) {
    char path[64];
    put(put(put(path, "/proc/"), strlen(pid) < 16 ? pid : ""), "/stat");
    const char *text = read_short(path), *at = text == NULL ? NULL : strrchr(text, ')');
    return at != NULL && strlen(at) > 4 && at[2] != 'Z' && at[2] != 'X' ? at + 2 : NULL;
}

static bool field_is(const char *at, int number, const char *expected) {
    for (int field = 3; field < number; field++)
        if ((at = strchr(at, ' ')) == NULL)
            return false;
        else
            at++;
    return strcspn(at, " ") == strlen(expected) && strncmp(at, expected, strlen(expected)) == 0;
}

/* The very process, by its start time, and alive. */
static bool process_is(const char *pid, const char *start_time) {
    const char *at = stat_of_living(pid);
    return at != NULL && field_is(at, 22, start_time);
}

/* A process, its parent's pid behind it, and its start time. */
static bool child_is(const char *subject, const char *start_time) {
    char pid[16];
    size_t size = strcspn(subject, " ");
    if (subject[size] == '\0' || size >= sizeof(pid))
        return false;
    memcpy(pid, subject, size);
    pid[size] = '\0';
    const char *at = stat_of_living(pid);
    return at != NULL && field_is(at, 4, subject + size + 1) && field_is(at, 22, start_time);
}

/* Namespaces that are not ours, by the names of /proc/PID/ns. */
static bool namespaces_are_apart(const char *pid, const char *expected) {
    static const char *const TYPES[] = {"pid", "net", "mnt", "ipc", "uts", "user", "cgroup", "time"};
    char path[64], links[2][64], apart[64] = "", *end = apart;
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
        put(put(put(put(path, "/proc/"), strlen(pid) < 16 ? pid : ""), "/ns/"), TYPES[i]);
        ssize_t theirs = readlink(path, links[0], sizeof(links[0]));
        put(put(path, "/proc/self/ns/"), TYPES[i]);
        ssize_t ours = readlink(path, links[1], sizeof(links[1]));
        if (theirs >= 0 && (theirs != ours || memcmp(links[0], links[1], (size_t)ours) != 0))
            end = put(put(end, TYPES[i]), " ");
    }
    return strcmp(apart, expected) == 0;
}

/* A directory of an overlay's layer that lets those of the layers below show through; none at all does as well. */
static bool is_see_through(const char *path, const char *expected) {
    struct stat status;
    char value[4];
    if (lstat(path, &status) < 0)
        return *expected == '\0' && errno == ENOENT;
    return *expected == '\0' && S_ISDIR(status.st_mode) && lgetxattr(path, "trusted.overlay.opaque", value, sizeof(value)) < 0;
}

/* An interface that is up, with this MAC address in hexadecimal. */
static bool interface_is(const char *name, const char *expected) {
    struct ifreq request = {0};
    char mac[16], *end = mac;
    if (strlen(name) >= sizeof(request.ifr_name))
        return false;
    put(request.ifr_name, name);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool up = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
    bool known = up && ioctl(fd, SIOCGIFHWADDR, &request) == 0;
    close(fd);
    for (int i = 0; known && i < 6; i++)
        end = put_hex(end, (uint8_t)request.ifr_hwaddr.sa_data[i]);
    return known && strcmp(mac, expected) == 0;
}

static bool fact_holds(const char *kind, const char *subject, const char *expected) {
    static const struct {
        const char *kind;
        bool (*holds)(const char *subject, const char *expected);
    } KINDS[] = {
        {"file", file_is},           {"has", file_has},        {"link", link_is},       {"path", path_is},
        {"inside", inside_is},       {"type", file_system_is}, {"env", variable_is},    {"process", process_is},
        {"interface", interface_is}, {"child", child_is},
        {"apart", namespaces_are_apart}, {"through", is_see_through},
    };
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        if (strcmp(kind, KINDS[i].kind) == 0)
            return KINDS[i].holds(subject, expected);
    return false;
}

/* A text in which \1 and a letter stand for what is the container's own: its id, its pid, when that started. */
static const char *own_text(const char *text, const struct own *own, char *room, size_t size) {
    char *at = room;
    if (text == NULL || strchr(text, '\1') == NULL)
        return text;
    for (; *text != '\0'; text++) {
        const char *piece = text[0] != '\1' ? NULL : text[1] == 'i' ? own->id : text[1] == 'p' ? own->pid : own->start_time;
        if (size - (size_t)(at - room) < ID_SIZE + 2)
            return NULL;
        if (piece == NULL)
            *at++ = *text;
        else if (*++text == '\0')
            return NULL;
        else
            at = put(at, piece);
    }
    *at = '\0';
    return room;
}

bool facts_still_hold(struct reader *r, const struct own *own) {
    static char room[2][8192];
    uint64_t count;
    if (!take_number(r, &count))
        return false;
    for (; count > 0; count--) {
        const char *kind = take_text(r);
        const char *subject = own_text(take_text(r), own, room[0], sizeof(room[0]));
        const char *expected = own_text(take_text(r), own, room[1], sizeof(room[1]));
        if (expected == NULL || kind == NULL || subject == NULL || !fact_holds(kind, subject, expected))
            return false;
    }
    return true;
}
