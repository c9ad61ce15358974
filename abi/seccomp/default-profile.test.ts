import { describe, expect, test } from 'bun:test';
import { checkBpf } from '../bpf/check.ts';
import { interpretBpf, type SeccompData } from '../bpf/interpret.ts';
import { decodeBpf, encodeBpf } from '../bpf/wire.ts';
import { ALL_CAPABILITIES, CAPABILITIES, capabilityMask, DEFAULT_CAPABILITIES } from '../capability.ts';
import { describeAnswer } from './answer.ts';
import { compileSeccomp } from './compile.ts';
import { DEFAULT_SECCOMP_PROFILE } from './default-profile.ts';
import { defaultProgram } from './default-program.ts';
import { resolveProfile } from './resolve-profile.ts';
import { SYSCALL_ABIS, syscallNumbers, type HostArch, type SyscallAbiName } from './syscall-abi.ts';

const DEFAULTS = capabilityMask(DEFAULT_CAPABILITIES);
const X86_64 = { host: 'x86_64', abi: 'SCMP_ARCH_X86_64' } as const;
const I386 = { host: 'x86_64', abi: 'SCMP_ARCH_X86' } as const;
const AARCH64 = { host: 'aarch64', abi: 'SCMP_ARCH_AARCH64' } as const;
type Machine = typeof X86_64 | typeof I386 | typeof AARCH64;

function compile(capabilities: bigint, arch: HostArch, kernelRelease = '6.18.0'): Uint8Array {
  const profile = resolveProfile(DEFAULT_SECCOMP_PROFILE, { capabilities, arch, kernelRelease });
  return encodeBpf(compileSeccomp(profile, { arch }));
}

const compiled = new Map<string, ReturnType<typeof decodeBpf>>();

/** What a container with these capabilities gets for a call, in words. */
function ask({ host, abi }: Machine, name: string, args: (number | bigint)[] = [], capabilities = DEFAULTS): string {
  const nr = syscallNumbers(SYSCALL_ABIS[abi]).get(name);
  if (nr === undefined) throw new Error(`${abi} has no ${name}`);
  return askNumber(host, abi, nr, args, capabilities);
}

function askNumber(
  host: HostArch,
  abi: SyscallAbiName,
  nr: number,
  args: (number | bigint)[] = [],
  caps = DEFAULTS,
): string {
  const key = `${host} ${caps}`;
  const program = compiled.get(key) ?? decodeBpf(compile(caps, host));
  compiled.set(key, program);
  const wide = [...args.map(BigInt), 0n, 0n, 0n, 0n, 0n, 0n].slice(0, 6) as unknown as SeccompData['args'];
  return describeAnswer(
    interpretBpf(program, { nr, arch: SYSCALL_ABIS[abi].auditArch, instructionPointer: 0n, args: wide }),
  );
}

describe('what ordinary programs need', () => {
  // Seen in straces of busybox (glibc and musl), apt, a Go server, node, a JVM, PostgreSQL and redis.
  const everywhere = `
    read write openat close fstat newfstatat statx lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask
    rt_sigreturn pread64 pwrite64 readv writev faccessat faccessat2 pipe2 sched_yield mremap msync mincore madvise
    dup dup3 nanosleep clock_nanosleep clock_gettime clock_getres getitimer setitimer getpid sendfile connect
    accept accept4 sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown bind listen getsockname getpeername
    socketpair setsockopt getsockopt execve execveat exit exit_group wait4 waitid kill tgkill uname fcntl flock
    fsync fdatasync truncate ftruncate getdents64 getcwd chdir fchdir renameat2 mkdirat unlinkat linkat symlinkat
    readlinkat fchmod fchmodat fchmodat2 fchown fchownat umask gettimeofday getrlimit getrusage sysinfo times
    getuid getgid geteuid getegid setuid setgid setpgid getppid setsid setreuid setregid getgroups setgroups
    setresuid getresuid setresgid getresgid getpgid getsid capget capset rt_sigpending rt_sigtimedwait
    rt_sigsuspend sigaltstack utimensat mknodat statfs fstatfs getpriority setpriority sched_setaffinity
    sched_getaffinity sched_setscheduler sched_getscheduler mlock munlock mlockall prctl chroot sync gettid
    readahead setxattr getxattr listxattr removexattr fgetxattr futex io_setup io_submit io_getevents io_destroy
    set_tid_address semtimedop semget semop semctl shmget shmat shmdt shmctl msgget fadvise64 timer_create
    timer_settime timer_delete epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 ppoll pselect6 set_robust_list
    get_robust_list splice tee sync_file_range fallocate timerfd_create timerfd_settime eventfd2 signalfd4
    inotify_init1 inotify_add_watch preadv pwritev preadv2 pwritev2 prlimit64 syncfs getcpu getrandom memfd_create
    seccomp membarrier mlock2 copy_file_range pkey_alloc rseq pidfd_open pidfd_send_signal close_range openat2
    landlock_create_ruleset futex_waitv cachestat futex_wait mseal ptrace restart_syscall mq_open clone`;

  test.each([
    ['x86_64', X86_64],
    ['aarch64', AARCH64],
  ] as const)('on %s', (_, machine) => {
    for (const name of everywhere.trim().split(/\s+/)) expect([name, ask(machine, name)]).toEqual([name, 'allow']);
  });

  test('the older calls of x86', () => {
    const old = `open stat lstat access pipe dup2 fork vfork rename mkdir rmdir creat link unlink symlink readlink chmod
      chown lchown select poll alarm pause getpgrp utime utimes mknod time epoll_create epoll_wait eventfd
      signalfd inotify_init getdents futimesat renameat`;
    for (const machine of [X86_64, I386]) {
      for (const name of old.trim().split(/\s+/)) expect([name, ask(machine, name)]).toEqual([name, 'allow']);
    }
    expect(ask(X86_64, 'arch_prctl')).toBe('allow');
    for (const name of ['mmap2', 'set_thread_area', 'futex_time64', 'clock_gettime64', 'setuid32', '_llseek', 'ipc']) {
      expect([name, ask(I386, name)]).toEqual([name, 'allow']);
    }
  });

  test('thread creation falls back from clone3', () => {
    for (const machine of [X86_64, I386, AARCH64]) {
      expect(ask(machine, 'clone3')).toBe('errno 38');
      // CLONE_VM | FS | FILES | SIGHAND | THREAD | SYSVSEM | SETTLS | PARENT_SETTID | CHILD_CLEARTID
      expect(ask(machine, 'clone', [0x3d0f00])).toBe('allow');
    }
  });

  test('calls from after Linux 6.18 are not there', () => {
    for (const nr of [470, 511, 512, 547, 600]) expect(askNumber('x86_64', 'SCMP_ARCH_X86_64', nr)).toBe('errno 38');
    expect(askNumber('aarch64', 'SCMP_ARCH_AARCH64', 470)).toBe('errno 38');
    expect(askNumber('x86_64', 'SCMP_ARCH_X86', 470)).toBe('errno 38');
  });
});

describe('what is closed', () => {
  const never = `
    io_uring_setup io_uring_enter io_uring_register userfaultfd keyctl add_key request_key kexec_load
    kexec_file_load swapon swapoff vmsplice move_pages migrate_pages modify_ldt uselib ustat sysfs nfsservctl
    create_module query_module _sysctl`;

  test('to everyone, whatever the capabilities', () => {
    for (const name of never.trim().split(/\s+/)) {
      expect([name, ask(X86_64, name, [], ALL_CAPABILITIES)]).toEqual([name, 'errno 1']);
    }
    expect(ask(I386, 'vm86', [], ALL_CAPABILITIES)).toBe('errno 1');
  });

  test.each([
    [
      'CAP_SYS_ADMIN',
      'mount umount2 pivot_root setns sethostname fsopen open_tree move_mount mount_setattr bpf quotactl',
    ],
    ['CAP_SYS_ADMIN', 'perf_event_open syslog fanotify_init'],
    ['CAP_BPF', 'bpf'],
    ['CAP_PERFMON', 'perf_event_open'],
    ['CAP_SYSLOG', 'syslog'],
    ['CAP_SYS_PTRACE', 'process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise'],
    ['CAP_SYS_MODULE', 'init_module finit_module delete_module'],
    ['CAP_SYS_BOOT', 'reboot'],
    ['CAP_SYS_TIME', 'settimeofday clock_settime'],
    ['CAP_SYS_RAWIO', 'iopl ioperm'],
    ['CAP_SYS_NICE', 'mbind set_mempolicy'],
    ['CAP_SYS_PACCT', 'acct'],
    ['CAP_SYS_TTY_CONFIG', 'vhangup'],
    ['CAP_DAC_READ_SEARCH', 'open_by_handle_at'],
  ])('%s opens %s', (capability, names) => {
    const more = DEFAULTS | capabilityMask([capability]);
    for (const name of names.split(' ')) {
      expect([name, ask(X86_64, name), ask(X86_64, name, [], more)]).toEqual([name, 'errno 1', 'allow']);
    }
  });

  test('new namespaces', () => {
    const flags = [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];
    for (const flag of flags) {
      expect(ask(X86_64, 'unshare', [flag])).toBe('errno 1');
      expect(ask(X86_64, 'unshare', [flag], DEFAULTS | capabilityMask(['CAP_SYS_ADMIN']))).toBe('allow');
      // In clone 0x80 is part of the exit signal.
      if (flag !== 0x80)
        for (const machine of [X86_64, I386, AARCH64]) expect(ask(machine, 'clone', [flag | 17])).toBe('errno 1');
    }
    expect(ask(X86_64, 'unshare', [0x600])).toBe('allow');
    expect(ask(X86_64, 'clone', [0x10000011], DEFAULTS | capabilityMask(['CAP_SYS_ADMIN']))).toBe('allow');
    expect(ask(X86_64, 'clone3', [], DEFAULTS | capabilityMask(['CAP_SYS_ADMIN']))).toBe('allow');
  });

  test('address families, whatever the upper half of the argument holds', () => {
    const socket = (family: number | bigint, protocol = 0): string => ask(X86_64, 'socket', [family, 1, protocol]);
    expect([1, 2, 10, 16, 17].map((family) => socket(family))).toEqual(Array(5).fill('allow'));
    for (const family of [0, 3, 15, 21, 29, 31, 38, 40, 44, 45]) expect(socket(family)).toBe('errno 1');
    // The kernel looks at the low 32 bits alone.
    expect(socket(0x1_0000_0026n)).toBe('errno 1');
    expect(socket(0xffff_ffff_0000_0002n)).toBe('allow');
  });

  test('audit looks absent without the capability to write records', () => {
    expect(ask(X86_64, 'socket', [16, 3, 9])).toBe('errno 22');
    expect(ask(X86_64, 'socket', [16, 3, 0])).toBe('allow');
    expect(ask(X86_64, 'socket', [16, 3, 9], DEFAULTS | capabilityMask(['CAP_AUDIT_WRITE']))).toBe('allow');
  });

  test('socketcall is no way around that', () => {
    expect(ask(I386, 'socketcall', [1])).toBe('errno 1');
    expect(ask(I386, 'socketcall', [3])).toBe('allow');
    expect(ask(I386, 'socket', [40])).toBe('errno 1');
  });

  test('typing into a terminal', () => {
    expect(ask(X86_64, 'ioctl', [0, 0x5412])).toBe('errno 1');
    expect(ask(X86_64, 'ioctl', [0, 0x1_0000_5412n])).toBe('errno 1');
    expect(ask(X86_64, 'ioctl', [0, 0x541c])).toBe('errno 1');
    expect(ask(X86_64, 'ioctl', [0, 0x5413])).toBe('allow');
  });

  test('personalities but the usual ones', () => {
    const values = [0, 8, 0x20000, 0x20008, 0xffffffff];
    expect(values.map((value) => ask(X86_64, 'personality', [value]))).toEqual(Array(5).fill('allow'));
    for (const value of [0x40000, 0x100000, 0x400000, 1]) expect(ask(X86_64, 'personality', [value])).toBe('errno 1');
  });

  test('x32', () => {
    const abi = SYSCALL_ABIS.SCMP_ARCH_X32;
    for (const nr of syscallNumbers(abi).values()) {
      expect(askNumber('x86_64', 'SCMP_ARCH_X32', nr)).toBe('kill the process');
    }
  });
});

describe('the profile itself', () => {
  // libseccomp, with which other runtimes read our specs, lets a rule without arguments override all others
  // for that call: such rules may only be allowing ones, or they would close what the others open.
  test('means nothing worse to libseccomp', () => {
    const general = (DEFAULT_SECCOMP_PROFILE.syscalls ?? []).filter(({ args = [] }) => args.length === 0);
    expect(general.filter(({ action }) => action !== 'SCMP_ACT_ALLOW').map(({ names }) => names)).toEqual([
      ['clone3', 'lsm_set_self_attr'],
    ]);
  });

  test('names only system calls that some table has', () => {
    const known = new Set(Object.values(SYSCALL_ABIS).flatMap((abi) => [...syscallNumbers(abi).keys()]));
    const names = (DEFAULT_SECCOMP_PROFILE.syscalls ?? []).flatMap((rule) => rule.names);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test('compiles to what the kernel takes, for every single capability', () => {
    for (const arch of ['x86_64', 'aarch64'] as const) {
      for (const name of CAPABILITIES) {
        expect(checkBpf(decodeBpf(compile(DEFAULTS | capabilityMask([name]), arch)))).toBeUndefined();
      }
    }
  });
});

describe('defaultProgram', () => {
  test('is what the profile compiles to', () => {
    for (const arch of ['x86_64', 'aarch64'] as const) {
      for (const mask of [DEFAULTS, 0n, DEFAULTS | capabilityMask(['CAP_NET_ADMIN', 'CAP_NET_RAW'])]) {
        expect(defaultProgram(arch, mask)).toEqual(compile(mask, arch, '4.0'));
      }
    }
  });

  test('says so when the capabilities decide otherwise', () => {
    for (const [number, name] of CAPABILITIES.entries()) {
      const mask = DEFAULTS | (1n << BigInt(number));
      const same = Bun.deepEquals(compile(mask, 'x86_64'), compile(DEFAULTS, 'x86_64'));
      expect([name, defaultProgram('x86_64', mask) !== undefined]).toEqual([name, same]);
    }
  });
});
