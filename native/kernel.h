/*
 * What the kernel knows and an older libc may not. Written down here, and not taken from <linux/...>, so that
 * musl-gcc needs no kernel headers and glibc's own copies of these names do not collide.
 */
#ifndef LIMPID_KERNEL_H
#define LIMPID_KERNEL_H

#include <stdint.h>
#include <sys/syscall.h>

/* Numbers from 424 on are the same on every architecture. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_move_mount
#define SYS_move_mount 429
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif
#ifndef SYS_fsconfig
#define SYS_fsconfig 431
#endif
#ifndef SYS_fsmount
#define SYS_fsmount 432
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

#define KERN_RESOLVE_NO_XDEV 0x01
#define KERN_RESOLVE_NO_MAGICLINKS 0x02
#define KERN_RESOLVE_NO_SYMLINKS 0x04
#define KERN_RESOLVE_IN_ROOT 0x10

struct kern_open_how {
    uint64_t flags, mode, resolve;
};
/* paths.c: again where something else on this machine was in the way (EAGAIN). */
int openat2_retrying(int at, const char *path, struct kern_open_how *how);

#define KERN_CLONE_PIDFD 0x00001000ULL
#define KERN_CLONE_INTO_CGROUP 0x200000000ULL

struct kern_clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

#define KERN_FSOPEN_CLOEXEC 1
#define KERN_FSMOUNT_CLOEXEC 1
#define KERN_FSCONFIG_SET_FLAG 0
#define KERN_FSCONFIG_SET_STRING 1
#define KERN_FSCONFIG_CMD_CREATE 6
#define KERN_OPEN_TREE_CLONE 1
#define KERN_MOVE_MOUNT_F_EMPTY_PATH 0x04
#define KERN_MOVE_MOUNT_T_EMPTY_PATH 0x40
#define KERN_AT_RECURSIVE 0x8000
#define KERN_MOUNT_ATTR_RDONLY 0x1
#define KERN_MOUNT_ATTR_IDMAP 0x100000

struct kern_mount_attr {
    uint64_t set, clear, propagation, userns;
};

#define KERN_MFD_EXEC 0x10

#define KERN_CAPABILITY_VERSION_3 0x20080522

struct kern_cap_header {
    uint32_t version;
    int pid;
};

struct kern_cap_data {
    uint32_t effective, permitted, inheritable;
};

struct kern_sock_fprog {
    unsigned short length;
    const void *filter;
};

#define KERN_KEYCTL_JOIN_SESSION_KEYRING 1
#define KERN_SECCOMP_SET_MODE_FILTER 1

#define KERN_BPF_PROG_LOAD 5
#define KERN_BPF_PROG_ATTACH 8
#define KERN_BPF_PROG_TYPE_CGROUP_DEVICE 15
#define KERN_BPF_CGROUP_DEVICE 6
#define KERN_BPF_F_ALLOW_MULTI 2

struct kern_bpf_load {
    uint32_t type, count;
    uint64_t instructions, license;
    uint32_t log_level, log_size;
    uint64_t log;
    uint32_t kernel_version, flags;
};

struct kern_bpf_attach {
    uint32_t target, program, type, flags, replaced;
};

#define KERN_NLMSG_ERROR 2
#define KERN_NETLINK_ROUTE 0
#define KERN_NETLINK_NETFILTER 12
#define KERN_NLM_F_ACK 4

/* linux/membarrier.h */
#define KERN_MEMBARRIER_GLOBAL 1

struct kern_nlmsghdr {
    uint32_t length;
    uint16_t type, flags;
    uint32_t sequence, port;
};

struct kern_sockaddr_nl {
    uint16_t family, pad;
    uint32_t port, groups;
};

#define KERN_DEVPTS_SUPER_MAGIC 0x1cd1

#endif
