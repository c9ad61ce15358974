import { EINVAL, ENOSYS } from '../errno-numbers.ts';
import type { ConditionalRule, SeccompProfileFile } from './profile-file.ts';
import type { SeccompArg } from './profile.ts';

const FILES = `
  read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek _llseek
  open openat openat2 creat close close_range dup dup2 dup3 fcntl fcntl64 flock
  stat fstat lstat newfstatat stat64 fstat64 lstat64 fstatat64 statx statfs fstatfs statfs64 fstatfs64
  statmount listmount access faccessat faccessat2 file_getattr file_setattr
  truncate ftruncate truncate64 ftruncate64 fallocate fadvise64 fadvise64_64 readahead cachestat
  sync fsync fdatasync syncfs sync_file_range copy_file_range sendfile sendfile64 splice tee
  getdents getdents64 readdir getcwd chdir fchdir chroot mkdir mkdirat rmdir mknod mknodat
  link linkat symlink symlinkat readlink readlinkat unlink unlinkat rename renameat renameat2
  chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat chown32 fchown32 lchown32 umask
  utime utimes futimesat utimensat utimensat_time64 name_to_handle_at
  setxattr lsetxattr fsetxattr setxattrat getxattr lgetxattr fgetxattr getxattrat
  listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat
  inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark
  io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64`;

const MEMORY = `
  brk mmap mmap2 munmap mprotect mremap msync mincore madvise mlock mlock2 munlock mlockall munlockall
  memfd_create memfd_secret remap_file_pages membarrier pkey_alloc pkey_free pkey_mprotect mseal
  map_shadow_stack get_mempolicy process_mrelease`;

const PROCESSES = `
  fork vfork execve execveat exit exit_group wait4 waitid waitpid kill tkill tgkill ptrace
  getpid getppid gettid getpgid getpgrp setpgid getsid setsid set_tid_address
  getuid geteuid getgid getegid getresuid getresgid getgroups
  getuid32 geteuid32 getgid32 getegid32 getresuid32 getresgid32 getgroups32
  setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups
  setuid32 setgid32 setreuid32 setregid32 setresuid32 setresgid32 setfsuid32 setfsgid32 setgroups32
  capget capset prctl arch_prctl set_thread_area get_thread_area seccomp rseq
  landlock_create_ruleset landlock_add_rule landlock_restrict_self lsm_get_self_attr lsm_list_modules
  pidfd_open pidfd_send_signal uretprobe uprobe
  getrlimit ugetrlimit setrlimit prlimit64 getrusage getpriority setpriority ioprio_get ioprio_set
  sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler
  sched_setscheduler sched_getattr sched_setattr sched_get_priority_max sched_get_priority_min
  sched_rr_get_interval sched_rr_get_interval_time64 getcpu getrandom sysinfo uname restart_syscall`;

const SIGNALS = `
  rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64
  rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn sigaltstack signalfd signalfd4 pause
  signal sigaction sigprocmask sigpending sigsuspend sigreturn`;

const TIME = `
  time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep
  clock_nanosleep_time64 nanosleep times alarm getitimer setitimer adjtimex clock_adjtime clock_adjtime64
  timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
  timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`;

const COMMUNICATION = `
  pipe pipe2 eventfd eventfd2 poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64
  epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
  futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue set_robust_list get_robust_list
  shmget shmat shmdt shmctl semget semop semctl semtimedop semtimedop_time64 msgget msgsnd msgrcv msgctl ipc
  mq_open mq_unlink mq_notify mq_getsetattr mq_timedsend mq_timedsend_time64 mq_timedreceive
  mq_timedreceive_time64
  socketpair bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt
  sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg recvmmsg_time64`;

/** What each capability opens beyond that. The kernel checks the capability too; this is the second lock. */
const BY_CAPABILITY: Readonly<Record<string, string>> = {
  CAP_AUDIT_WRITE: '',
  CAP_BPF: 'bpf',
  CAP_DAC_READ_SEARCH: 'open_by_handle_at',
  CAP_PERFMON: 'perf_event_open',
  CAP_SYSLOG: 'syslog',
  CAP_SYS_ADMIN: `
    bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lsm_set_self_attr mount mount_setattr
    move_mount open_tree open_tree_attr perf_event_open pivot_root quotactl quotactl_fd setdomainname
    sethostname setns syslog umount umount2 unshare`,
  CAP_SYS_BOOT: 'reboot',
  CAP_SYS_MODULE: 'init_module finit_module delete_module',
  CAP_SYS_NICE: 'set_mempolicy set_mempolicy_home_node mbind',
  CAP_SYS_PACCT: 'acct',
  CAP_SYS_PTRACE: 'kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev',
  CAP_SYS_RAWIO: 'ioperm iopl',
  CAP_SYS_TIME: 'settimeofday stime clock_settime clock_settime64',
  CAP_SYS_TTY_CONFIG: 'vhangup',
};

/**
 * What containers may call unless told otherwise. Closed to all, whatever their capabilities: io_uring,
 * userfaultfd, keyrings, kexec, swap, vm86, modify_ldt, vmsplice, moving pages, and what is obsolete.
 */
export const DEFAULT_SECCOMP_PROFILE: SeccompProfileFile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 1,
  // Not x32: most kernels have it switched off, and nobody ships programs for it.
  archMap: [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] },
  ],
  syscalls: [
    allow([FILES, MEMORY, PROCESSES, SIGNALS, TIME, COMMUNICATION].join(' ')),
    ...Object.entries(BY_CAPABILITY).map(([cap, names]) => ({ ...allow(names), includes: { caps: [cap] } })),
    ...personalities(),
    ...namespaces(),
    ...terminals(),
    ...sockets(),
  ].filter(({ names }) => names.length > 0),
};

// PER_LINUX, PER_LINUX32, UNAME26, both, and the question which one is set.
function personalities(): ConditionalRule[] {
  return [0x0, 0x8, 0x20000, 0x20008, 0xffffffff].map((value) =>
    allow('personality', { index: 0, value, op: 'SCMP_CMP_EQ' }),
  );
}

// Threads and forks yes, new namespaces no. clone3 passes its flags in memory, where a filter cannot look:
// answering ENOSYS makes libc use clone.
function namespaces(): ConditionalRule[] {
  const excludes = { caps: ['CAP_SYS_ADMIN'] };
  const none = (mask: number): SeccompArg => ({ index: 0, value: mask, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' });
  return [
    // In clone(2) the low byte is the exit signal, in unshare(2) 0x80 is CLONE_NEWTIME.
    { ...allow('clone', none(0x7e020000)), excludes },
    { ...allow('unshare', none(0x7e020080)), excludes },
    { ...refuse('clone3 lsm_set_self_attr', ENOSYS), excludes },
  ];
}

// TIOCSTI and TIOCLINUX put input into a terminal, as if its user had typed it.
function terminals(): ConditionalRule[] {
  return [refuse('ioctl', 1, int(1, 0x5412)), refuse('ioctl', 1, int(1, 0x541c)), allow('ioctl')];
}

// Of the address families only those that programs use and that are namespaced. AF_ALG and AF_VSOCK are not.
function sockets(): ConditionalRule[] {
  const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET] = [1, 2, 10, 16, 17];
  const NETLINK_AUDIT = 9;
  return [
    // Without the right to write audit records, no audit at all: PAM and sudo take EINVAL as "not built in",
    // but give up on EPERM.
    {
      ...refuse('socket', EINVAL, int(0, AF_NETLINK), int(2, NETLINK_AUDIT)),
      excludes: { caps: ['CAP_AUDIT_WRITE'] },
    },
    ...[AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET].map((family) => allow('socket', int(0, family))),
    // i386's older door. Its call 1 is socket(2) with the family in memory, where a filter cannot look: it
    // would open AF_ALG and AF_VSOCK to any 64-bit program too.
    allow('socketcall', { index: 0, value: 2, op: 'SCMP_CMP_GE' }),
  ];
}

// The kernel takes these arguments as 32-bit ints, whatever the upper half holds.
function int(index: number, value: number): SeccompArg {
  return { index, value: 0xffffffff, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' };
}

function allow(names: string, ...args: SeccompArg[]): ConditionalRule {
  return { names: words(names), action: 'SCMP_ACT_ALLOW', args };
}

function refuse(names: string, errnoRet: number, ...args: SeccompArg[]): ConditionalRule {
  return { names: words(names), action: 'SCMP_ACT_ERRNO', errnoRet, args };
}

function words(names: string): string[] {
  return names.split(/\s+/).filter((name) => name !== '');
}
