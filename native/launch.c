/* Starts the executor, which is in this program too, from a sealed copy of it, and hears what becomes of a plan. */
#include "launch.h"
#include "executor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HANDED_MAX 8

int plan_file(const void *bytes, size_t size) {
    int fd = memory_file("limpid-plan");
    return fd < 0 || write_all(fd, bytes, size) < 0 ? close_keeping_errno(fd) : fd;
}

/* Above what is about to be overwritten; closed ones are as good as /dev/null. */
static int out_of_the_way(int fd, int null) {
    int copy = fcntl(fd, F_DUPFD, 10);
    return copy < 0 ? fcntl(null, F_DUPFD, 10) : copy;
}

/* Its standard streams are /dev/null, and everything else is named. */
static void __attribute__((noreturn)) become_executor(int program, int plan, int control, const struct handed *handed, int count, bool traced) {
    static char *environment[2];
    static char words[HANDED_MAX + 2][24];
    char *argv[HANDED_MAX + 5] = {"limpid-monitor", "run", words[0], words[1]};
    int null = open("/dev/null", O_RDWR);
    put_number(words[0], (uint64_t)out_of_the_way(plan, null));
    put_number(words[1], (uint64_t)out_of_the_way(control, null));
    for (int i = 0; i < count; i++) {
        argv[4 + i] = words[2 + i];
        put_number(put(put_number(words[2 + i], (uint64_t)handed[i].slot), "="), (uint64_t)out_of_the_way(handed[i].fd, null));
    }
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    environment[0] = traced ? "LIMPID_TRACE=1" : NULL;
    execute_sealed(program, argv, environment);
    _exit(125);
}

/* Its pid; -1 where it could not be started. */
pid_t start_executor(int plan, int control, const struct handed *handed, int count, bool traced) {
    int program = count > HANDED_MAX ? -1 : sealed_copy();
    pid_t executor = program < 0 ? -1 : vfork();
    if (executor == 0)
        become_executor(program, plan, control, handed, count, traced);
    close_keeping_errno(program);
    return executor;
}

struct frame_read {
    uint8_t header[FRAME_HEADER];
    char *payload;
    size_t size;
};

static bool read_frame(int control, struct frame_read *frame) {
    if (recv(control, frame->header, FRAME_HEADER, MSG_WAITALL) != FRAME_HEADER)
        return false;
    frame->size = frame_size(frame->header);
    frame->payload = malloc(frame->size + 1);
    if (frame->payload == NULL || (frame->size > 0 && recv(control, frame->payload, frame->size, MSG_WAITALL) != (ssize_t)frame->size))
        return false;
    frame->payload[frame->size] = '\0';
    return true;
}

unsigned hear_of_start(int control, pid_t *pid) {
    struct frame_read frame, trace = {0};
    uint64_t number;
    bool whole;
    while ((whole = read_frame(control, &frame)) && frame.header[0] == FRAME_TRACE)
        trace = frame;
    if (whole && frame.header[0] == FRAME_STARTED) {
        trace_phase("container started");
        trace_show(trace.payload, trace.size);
        const char *at = frame.payload;
        if (!next_number(&at, &number) || number > INT32_MAX)
            return 0;
        *pid = (pid_t)number;
    }
    return whole ? frame.header[0] : 0;
}

int launch_plan(const void *plan, size_t size, const struct handed *handed, bool traced) {
    int ends[2], fd = plan_file(plan, size);
    if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return LAUNCH_FAILED;
    pid_t executor = start_executor(fd, ends[1], handed, 1, traced), pid;
    close(ends[1]);
    close(fd);
    unsigned heard = executor < 0 ? FRAME_FAILED : hear_of_start(ends[0], &pid);
    if (heard == FRAME_STARTED)
        return ends[0];
    while (executor > 0 && waitpid(executor, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(ends[0]);
    return heard == 0 ? LAUNCH_DIED : LAUNCH_FAILED;
}
