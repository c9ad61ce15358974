#ifndef LIMPID_EXECUTOR_H
#define LIMPID_EXECUTOR_H

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ops.gen.h"

/* text.c */
char *put(char *at, const char *text);
char *put_number(char *at, uint64_t number);
char *put_padded(char *at, uint64_t number, int digits);
char *put_hex(char *at, uint8_t byte);
bool parse_number(const char *text, size_t size, uint64_t *number);
bool next_number(const char **text, uint64_t *number);

/* wire.c: a plan as bytes. */
enum stage { STAGE_HOST, STAGE_CHILD, STAGE_INIT, STAGE_CLEANUP };

struct arg {
    const char *text; /* ended by NUL, whatever the kind */
    uint32_t size;
    uint64_t number; /* of slot, int, octal, hex and flag; a negative one in two's complement */
};

struct op {
    uint32_t code, stage, index;
    struct arg arg[ARGS_MAX];
};

struct cursor {
    const uint8_t *at, *end;
    uint32_t index, count;
};

#define SLOTS 256
#define TEXT(name) (op->arg[name].text)
#define NUMBER(name) (op->arg[name].number)
#define SIGNED(name) ((int64_t)op->arg[name].number)
#define SLOT(name) ((int)(int64_t)op->arg[name].number)

int wire_open(struct cursor *cursor, const uint8_t *bytes, size_t size);
int wire_next(struct cursor *cursor, struct op *op);
int wire_check(const uint8_t *bytes, size_t size, uint32_t *index);
const char *op_kinds(uint32_t code);
const char *list_next(const struct arg *list, const char *item);
char **list_vector(const struct arg *list);

/* executor.c: what one run knows, and the walk through its plan. */
struct stdio {
    bool declared, terminal;
    unsigned rows, columns;
    int child[3];   /* the container's ends of its pipes */
    int monitor[3]; /* ours: 0 to write to, 1 and 2 to read from */
    int slave;      /* held open, so that the master never reads EIO while the container lives */
};

struct executor {
    int slot[SLOTS];
    int control;
    int null;   /* /dev/null */
    int proc;   /* the host's /proc, which stays reachable from inside the container's root */
    int sync;   /* our end of the socket pair for gates and the terminal */
    int status; /* the child's failure, or the end of file when it has called execve */
    int pidfd;
    pid_t pid; /* the child's, in our numbering; 0 before `clone` and inside the child */
    bool in_child, dies_with_parent;
    struct cursor cursor;
    struct stdio stdio;
    uint8_t *plan;
    size_t plan_size;
    struct cursor cleanup;
};

/* failure.c */
extern const char *failed_call;
/* Note which call failed, with errno as it is or as said, and are -1: `return fail("mount");`. */
int fail(const char *call);
int fail_as(int error, const char *call);

/* perform.c */
int perform(struct executor *x, const struct op *op);
const char *op_name(const struct op *op);
/* ops_*.c */
#define X(name, kinds) int op_##name(struct executor *x, const struct op *op);
LIMPID_OPS(X)
#undef X

/* run.c */
struct failure;
void give_up(struct executor *x, struct failure *failure) __attribute__((noreturn));
void report_start(struct executor *x);
/* ops_process.c: until here the death of the executor ends a half-made container. */
void outlive_parent(struct executor *x);
void run_cleanup(struct executor *x);
int run_mode(int argc, char **argv);
int client_mode(int argc, char **argv);
int init_mode(char **argv);
int reap_mode(int argc, char **argv);
int netns_mode(char **argv);
int keep_mode(char **argv);
int guard_mode(char **argv);

/* keep.c */
int keep(int (*helper)(char **), char **argv);

/* sealed.c */
void become_sealed(char **argv);
int sealed_copy(void);
void execute_sealed(int program, char **argv, char **environment);

/* reap.c */
int block_signals(sigset_t *before);
int wait_in_foreground(pid_t child, int signals, int master);

/* user_namespace.c */
struct kern_clone_args;
int clone_in_user_namespace(struct executor *x, int user, struct kern_clone_args *args);

/* trace.c */
void trace_start(void);
void trace_phase(const char *what);
void trace_send(int control);
void trace_show(const char *executors, size_t size);

/* ops_kernel.c */
void await_destruction(void);

/* descriptors.c */
int fill_standard(void);
int descriptors_start(struct executor *x, int plan, int argc, char **argv);
void slot_set(struct executor *x, int slot, int fd);
void slots_trim(struct executor *x);
int read_plan(struct executor *x, int fd);
int write_all(int fd, const void *data, size_t size);
void *memory(size_t size);
int memory_file(const char *name);
int close_keeping_errno(int fd);

/* paths.c: where the path of an operation leads. */
struct place {
    int parent;
    char name[256];
};
int open_path(const struct executor *x, int at, const char *path, uint64_t flags, unsigned mode);
int find_place(const struct executor *x, int at, const char *path, struct place *place);
int enter_proc(const struct executor *x, int fd, char path[32]);
int leave_proc(int cwd, int answer);

/* ops_mounts.c: moves a mount that is attached nowhere onto what a descriptor stands for. */
int attach_tree(int tree, int target);

/* tree.c */
int remove_tree(const struct place *place, bool cgroup, uint64_t busy_ms);

/* sync.c: how the two processes of a start meet. */
int sync_prepare(struct executor *x, int theirs[2]);
int sync_send(struct executor *x, uint8_t message, const int *fds, int count);
int sync_await(struct executor *x, uint8_t gate);
int sync_await_terminal(struct executor *x);
void sync_collect(struct executor *x);
bool sync_is_alone(const struct executor *x);
void sync_end(struct executor *x);
#define MESSAGE_TERMINAL 255 /* gates are numbered below */
struct failure {
    uint32_t index;
    int error;
    char call[56];
};
bool child_failure(struct executor *x, struct failure *failure);
void child_walk(struct executor *x) __attribute__((noreturn));

/* frames.c */
enum frame {
    FRAME_STDOUT = 1,
    FRAME_STDERR = 2,
    FRAME_STARTED = 3,
    FRAME_FAILED = 4,
    FRAME_EXIT = 5,
    FRAME_DONE = 6,
    FRAME_TRACE = 7,
    FRAME_TAKEN = 8,
    FRAME_STDIN = 16,
    FRAME_STDIN_END = 17,
    FRAME_RESIZE = 18,
    FRAME_SIGNAL = 19,
    FRAME_SUBSCRIBE = 20,
};
#define FRAME_HEADER 4
#define FRAME_PAYLOAD_MAX 65536
#define STDIN_WINDOW 32768 /* bytes of stdin that a client may have under way, see frame 8 */
enum subscription { WANTS_STDOUT = 1, WANTS_STDERR = 2, SENDS_STDIN = 4 };
void frame_header(uint8_t header[FRAME_HEADER], unsigned type, size_t size);
size_t frame_size(const uint8_t header[FRAME_HEADER]);
void frame_send(int fd, unsigned type, const char *payload, size_t size);

/* monitor.c: becomes the container's supervisor; does not return. */
#define CHUNK 16384
void monitor(struct executor *x) __attribute__((noreturn));

/* listen.c: the socket that clients attach to. */
int listener(void);
void listener_accept(void);
void listener_close(void);

/* attach.c: the monitor's clients. */
#define CLIENTS_MAX 64
bool attach_add(int fd, unsigned wants);
bool attach_has_room(void);
bool attach_ready(unsigned wanted);
void attach_output(unsigned type, const uint8_t *bytes, size_t size);
nfds_t attach_poll(struct pollfd *polls);
void attach_serve(struct executor *x, const struct pollfd *polls, nfds_t count);
bool attach_has_stdin(void);
void attach_take_stdin(struct executor *x);
/* After the exit: what is drained is kept for every client, and sent as fast as each one reads. */
void attach_keep(unsigned type, const uint8_t *bytes, size_t size);
void attach_finish(struct executor *x);

/* log.c */
void log_output(unsigned type, const uint8_t *bytes, size_t size);
void log_finish(void);

/* records.c */
struct ending {
    int code, signal, oom;
};
uint64_t start_time(const struct executor *x, pid_t pid);
int oom_seen(void);
void record_ending(const struct ending *ending);
char *put_ending(char *at, const struct ending *ending);

#endif
