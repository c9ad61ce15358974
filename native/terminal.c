/* Standard streams: pipes, or a terminal that the child makes in its own devpts. */
#include "executor.h"
#include "kernel.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

static int make_pipe(struct stdio *s, int fd, uid_t uid, gid_t gid) {
    int ends[2], theirs = fd == 0 ? 0 : 1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return fail("pipe2");
    s->child[fd] = ends[theirs];
    s->monitor[fd] = ends[!theirs];
    /* Only our end: the flag would follow the container's end into every program that inherits it. */
    if (fcntl(ends[!theirs], F_SETFL, O_NONBLOCK) < 0)
        return fail("fcntl");
    /* Owned by the container's user, so that /dev/stdout can be opened. */
    return fchown(ends[theirs], uid, gid) < 0 ? fail("fchown") : 0;
}

int op_stdio(struct executor *x, const struct op *op) {
    struct stdio *s = &x->stdio;
    uid_t uid = (uid_t)NUMBER(ARG_STDIO_UID);
    gid_t gid = (gid_t)NUMBER(ARG_STDIO_GID);
    if (s->declared)
        return fail_as(EALREADY, "stdio");
    *s = (struct stdio){
        .declared = true,
        .terminal = NUMBER(ARG_STDIO_TERMINAL),
        .rows = (unsigned)NUMBER(ARG_STDIO_ROWS),
        .columns = (unsigned)NUMBER(ARG_STDIO_COLUMNS),
        .child = {-1, -1, -1},
        .monitor = {-1, -1, -1},
        .slave = -1,
    };
    if (s->terminal)
        return 0;
    if (NUMBER(ARG_STDIO_STDIN) && make_pipe(s, 0, uid, gid) < 0)
        return -1;
    if (!NUMBER(ARG_STDIO_STDIN) && (s->child[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
        return fail("open");
    return make_pipe(s, 1, uid, gid) < 0 || make_pipe(s, 2, uid, gid) < 0 ? -1 : 0;
}

/* What is at dev/pts/ptmx may be anything an image put there, until it is looked at. */
static int open_master(const struct executor *x, int at) {
    struct stat status;
    struct statfs system;
    int master = open_path(x, at, "dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
    if (master < 0)
        return -1;
    if (fstat(master, &status) < 0 || fstatfs(master, &system) < 0)
        return fail("fstat");
    bool genuine = S_ISCHR(status.st_mode) && status.st_rdev == makedev(5, 2) && system.f_type == KERN_DEVPTS_SUPER_MAGIC;
    return genuine ? master : fail_as(ENOTTY, "ptmx");
}

static int open_slave(const struct executor *x, int master, uid_t uid) {
    struct winsize size = {.ws_row = (unsigned short)x->stdio.rows, .ws_col = (unsigned short)x->stdio.columns};
    int unlock = 0;
    if (ioctl(master, TIOCSPTLCK, &unlock) < 0 || (size.ws_row > 0 && ioctl(master, TIOCSWINSZ, &size) < 0))
        return fail("ioctl");
    /* Not by its name: that could lead to another terminal. */
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        return fail("ioctl");
    return fchown(slave, uid, (gid_t)-1) < 0 ? fail("fchown") : slave;
}

static int bind_console(const struct executor *x, int at, int slave) {
    long tree = syscall(SYS_open_tree, slave, "", KERN_OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH);
    if (tree < 0)
        return fail("open_tree");
    int target = open_path(x, at, "dev/console", O_PATH, 0);
    if (target < 0)
        return -1;
    unsigned flags = KERN_MOVE_MOUNT_F_EMPTY_PATH | KERN_MOVE_MOUNT_T_EMPTY_PATH;
    return syscall(SYS_move_mount, (int)tree, "", target, "", flags) < 0 ? fail("move_mount") : 0;
}

int op_terminal(struct executor *x, const struct op *op) {
    int at = SLOT(ARG_TERMINAL_AT), fds[2];
    if (at < 0)
        return fail_as(EBADF, "terminal");
    if ((fds[0] = open_master(x, at)) < 0 || (fds[1] = open_slave(x, fds[0], (uid_t)NUMBER(ARG_TERMINAL_UID))) < 0)
        return -1;
    if (NUMBER(ARG_TERMINAL_BIND_CONSOLE) && bind_console(x, at, fds[1]) < 0)
        return -1;
    if (sync_send(x, MESSAGE_TERMINAL, fds, 2) < 0)
        return -1;
    if (setsid() < 0 && getsid(0) != getpid())
        return fail("setsid");
    if (ioctl(fds[1], TIOCSCTTY, 0) < 0)
        return fail("ioctl");
    for (int fd = 0; fd < 3; fd++)
        if (dup2(fds[1], fd) < 0)
            return fail("dup2");
    return 0;
}
