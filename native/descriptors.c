/* Which descriptors a run holds, its memory, and plain reading and writing. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLAN_MAX (64u << 20)

int close_keeping_errno(int fd) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* Zeroed, and page by page only where it is touched. NULL where there is none. */
void *memory(size_t size) {
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapped == MAP_FAILED ? NULL : mapped;
}

/* Nothing but bytes, and gone with the last who holds it. */
int memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC);
}

void slot_set(struct executor *x, int slot, int fd) {
    if (x->slot[slot] >= 0)
        close(x->slot[slot]);
    x->slot[slot] = fd;
}

static bool parse_fd(const char *text, size_t size, int *fd) {
    uint64_t number;
    if (!parse_number(text, size, &number) || number < 3 || number > INT32_MAX)
        return false;
    *fd = (int)number;
    return true;
}

static bool parse_slot_word(struct executor *x, const char *word) {
    uint64_t slot;
    size_t size = strcspn(word, "=");
    if (word[size] != '=' || !parse_number(word, size, &slot) || slot >= SLOTS || x->slot[slot] >= 0)
        return false;
    return parse_fd(word + size + 1, strlen(word + size + 1), &x->slot[slot]);
}

/* Closes what is open between those kept; a descriptor that was not named is no business of ours. */
static void close_others(const struct executor *x, int plan) {
    int last = 2;
    for (;;) {
        int next = INT32_MAX;
        if (plan > last)
            next = plan;
        if (x->control > last && x->control < next)
            next = x->control;
        for (int i = 0; i < SLOTS; i++)
            if (x->slot[i] > last && x->slot[i] < next)
                next = x->slot[i];
        if (next > last + 1)
            syscall(SYS_close_range, last + 1, next == INT32_MAX ? UINT32_MAX : (unsigned)next - 1, 0);
        if (next == INT32_MAX)
            return;
        if (fcntl(next, F_SETFD, FD_CLOEXEC) < 0)
            errno = 0; /* named, but not open: whoever uses it gets EBADF */
        last = next;
    }
}

/* A missing 0, 1 or 2 would be taken by the next open, and then given to the container. Answers /dev/null once more. */
int fill_standard(void) {
    int fd;
    while ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && fd <= 2)
        if (fcntl(fd, F_SETFD, 0) < 0)
            return -1;
    return fd;
}

int descriptors_start(struct executor *x, int plan, int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        if (!parse_slot_word(x, argv[i]))
            return fail_as(EINVAL, "arguments");
    close_others(x, plan);
    if ((x->null = fill_standard()) < 0)
        return fail("open");
    if ((x->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        return fail("open");
    return 0;
}

/* Once a container runs, a descriptor that no clean-up needs would only pin what it points to. */
void slots_trim(struct executor *x) {
    bool needed[SLOTS] = {false};
    struct cursor cursor = x->cleanup;
    struct op op;
    while (wire_next(&cursor, &op) == 1)
        for (size_t i = 0; op_kinds(op.code)[i] != '\0'; i++)
            if (op_kinds(op.code)[i] == 's' && (int64_t)op.arg[i].number >= 0)
                needed[op.arg[i].number] = true;
    for (int slot = 0; slot < SLOTS; slot++)
        if (!needed[slot])
            slot_set(x, slot, -1);
}

/* The plan may come in a file, whose offset is its writer's, or through a pipe. */
int read_plan(struct executor *x, int fd) {
    struct stat status;
    size_t room = 65536;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 && status.st_size < PLAN_MAX)
        room = (size_t)status.st_size + 1;
    lseek(fd, 0, SEEK_SET);
    if ((x->plan = memory(room)) == NULL)
        return fail("mmap");
    for (;;) {
        ssize_t got = read(fd, x->plan + x->plan_size, room - x->plan_size);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return fail("read");
        x->plan_size += got > 0 ? (size_t)got : 0;
        if (x->plan_size < room)
            continue;
        if (room > PLAN_MAX)
            return fail_as(E2BIG, "plan");
        uint8_t *larger = mremap(x->plan, room, room * 2, MREMAP_MAYMOVE);
        if (larger == MAP_FAILED)
            return fail("mremap");
        x->plan = larger;
        room *= 2;
    }
    close(fd);
    return 0;
}

int write_all(int fd, const void *data, size_t size) {
    const uint8_t *at = data;
    do {
        ssize_t written = write(fd, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        at += written;
        size -= (size_t)written;
    } while (size > 0);
    return 0;
}
