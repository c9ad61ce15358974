import { capabilityMask } from '../abi/capability.ts';
import { parseRlimitName, RLIM_INFINITY, RLIMITS } from '../abi/flags/rlimit.ts';
import { O_WRONLY } from '../abi/flags/open.ts';
import type { Process, Seccomp } from '../spec/runtime.ts';
import type { Op } from './ops.ts';
import type { Because } from './request.ts';
import { CALLER_SLOT, NONE } from './slots.ts';
import { schedule } from './scheduling.ts';
import { specError } from './spec-error.ts';

const PR_SET_KEEPCAPS = 8;
const PR_SET_NO_NEW_PRIVS = 38;
const CAP_SYS_ADMIN = 1n << 21n;
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const NOTIFY = 'SCMP_ACT_NOTIFY';
const SECCOMP_FLAGS: Readonly<Record<string, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 0x20,
};

/** A compiled filter, with the flags that the spec asks for. */
export interface SeccompFilter {
  readonly program: Uint8Array;
  readonly flags: number;
  /** For a filter that asks: the state that goes with its descriptor, in parts around the pid. */
  readonly listener?: readonly string[];
}

/** The filter of a spec. Throws LimpidError `ESPEC` where the spec has one that was not compiled, or an unknown flag. */
export function seccompFilter(
  seccomp: Seccomp | undefined,
  program: Uint8Array | undefined,
  listener?: readonly string[],
): SeccompFilter | undefined {
  if (seccomp === undefined) return undefined;
  if (program === undefined) throw specError('linux.seccomp', 'its program was not compiled');
  const asks = seccomp.defaultAction === NOTIFY || seccomp.syscalls?.some(({ action }) => action === NOTIFY);
  if (asks && !seccomp.listenerPath) throw specError('linux.seccomp.listenerPath', 'is missing, and a rule asks it');
  if (seccomp.listenerPath && listener === undefined)
    throw specError('linux.seccomp.listenerPath', 'the engine has no listener; limpid-runtime has');
  let flags = 0;
  for (const flag of seccomp.flags ?? []) {
    const number = SECCOMP_FLAGS[flag];
    if (number === undefined) throw specError('linux.seccomp.flags', `"${flag}" is no flag that is known here`);
    flags |= number;
  }
  return asks && listener !== undefined ? { program, flags, listener } : { program, flags };
}

/** Child stage, while the host's /proc is in sight: labels that the kernel gives at execve(2). */
export function labelExec({ apparmorProfile, selinuxLabel }: Process, because: Because): Op[] {
  const ops: Op[] = [];
  const write = (path: string, text: string, field: string) => {
    const data = new TextEncoder().encode(text);
    ops.push({ op: 'write', stage: 'child', because: because(field), at: NONE, path, flags: O_WRONLY, data });
  };
  if (apparmorProfile) write('/proc/self/attr/apparmor/exec', `exec ${apparmorProfile}`, 'process.apparmorProfile');
  if (selinuxLabel) write('/proc/self/attr/exec', selinuxLabel, 'process.selinuxLabel');
  return ops;
}

/** What an OCI runtime does on the way: waits for the start before any filter, runs hooks behind everything. */
export interface LastSteps {
  readonly beforeFilter?: readonly Op[];
  readonly beforeExec?: readonly Op[];
  /** Groups cannot be changed: the process has those of the caller, as far as they are mapped. */
  readonly keepsGroups?: boolean;
}

function joinKeyring(name: string): Op {
  return { op: 'keyctl_join', stage: 'init', because: 'keys of the caller are not for the container', name };
}

/**
 * Init stage: everything between the finished root and execve(2). Each step needs a right that a later one gives
 * away: limits before CAP_SYS_RESOURCE goes, groups before the user, the bounding set before the capabilities.
 */
export function becomeProcess(
  process: Process,
  seccomp: SeccompFilter | undefined,
  because: Because,
  keyring: string | undefined,
  { beforeFilter = [], beforeExec = [], keepsGroups = false }: LastSteps = {},
): Op[] {
  const early = seccomp !== undefined && needsEarlySeccomp(process);
  const filter = seccomp === undefined ? [] : [loadSeccomp(seccomp, because)];
  return [
    ...(keyring === undefined ? [] : [joinKeyring(keyring)]),
    ...schedule(process, because),
    { op: 'reopen_null', stage: 'init', because: 'what it could do to a device of the host’s is not for it to do' },
    {
      op: 'umask',
      stage: 'init',
      because: because('process.user.umask', 'default: 0022'),
      mask: process.user?.umask ?? 0o022,
    },
    // As root, so that a directory that only root can enter works too, as with the other runtimes.
    { op: 'chdir', stage: 'init', because: because('process.cwd'), path: cwdOf(process) },
    // Behind the last step that opens anything: a limit of few files is for the process.
    ...setRlimits(process, because),
    ...(early ? [...beforeFilter, ...filter] : []),
    ...becomeUser(process, because, keepsGroups),
    ...(process.noNewPrivileges ? [noNewPrivileges(because)] : []),
    ...(early ? [] : [...beforeFilter, ...filter]),
    ...beforeExec,
    execProcess(process, because),
  ];
}

/** seccomp(2) asks for no_new_privs or CAP_SYS_ADMIN: with neither at the end, the filter goes in before they go. */
function needsEarlySeccomp({ noNewPrivileges, capabilities }: Process): boolean {
  return !noNewPrivileges && (capabilityMask(capabilities?.effective ?? []) & CAP_SYS_ADMIN) === 0n;
}

function loadSeccomp({ program, flags, listener: state }: SeccompFilter, because: Because): Op {
  if (state !== undefined) {
    const socket = CALLER_SLOT.seccomp;
    return {
      op: 'seccomp_listen',
      stage: 'init',
      because: because('linux.seccomp.listenerPath'),
      flags,
      program,
      socket,
      state,
    };
  }
  return { op: 'seccomp', stage: 'init', because: because('linux.seccomp'), flags, program };
}

function setRlimits({ rlimits = [] }: Process, because: Because): Op[] {
  const seen = new Set<number>();
  return rlimits.map(({ type, soft, hard }) => {
    const name = parseRlimitName(type);
    if (name === undefined || !type.startsWith('RLIMIT_'))
      throw specError('process.rlimits', `"${type}" is no resource limit`);
    const resource = RLIMITS[name];
    if (seen.has(resource)) throw specError('process.rlimits', `"${type}" is listed twice`);
    seen.add(resource);
    const reason = because(`process.rlimits[${type}]`, because('process.rlimits'));
    return {
      op: 'setrlimit',
      stage: 'init',
      because: reason,
      resource,
      soft: limitValue(soft),
      hard: limitValue(hard),
    };
  });
}

/** Numbers in JSON lose RLIM_INFINITY's last digits; what rounds to 2^64, and -1, mean unlimited. */
function limitValue(value: number): bigint {
  return value < 0 || value >= 2 ** 64 ? RLIM_INFINITY : BigInt(value);
}

function becomeUser(
  { user = { uid: 0, gid: 0 }, capabilities = {} }: Process,
  because: Because,
  keepsGroups: boolean,
): Op[] {
  const mask = (set: keyof typeof capabilities) => capabilityMask(capabilities[set] ?? []);
  const capabilityReason = because('process.capabilities', 'process.capabilities');
  const groups = [...(user.additionalGids ?? [])];
  if (keepsGroups && groups.length > 0)
    throw specError('process.user.additionalGids', 'groups are set by who has CAP_SETGID');
  const leaveGroups: Op = {
    op: 'setgroups',
    stage: 'init',
    because: because('process.user.additionalGids', 'groups of the caller do not follow'),
    gids: groups.map(String),
  };
  const ops: Op[] = [
    ...(keepsGroups ? [] : [leaveGroups]),
    { op: 'setresgid', stage: 'init', because: because('process.user.gid', because('process.user')), gid: user.gid },
    { op: 'bounding', stage: 'init', because: capabilityReason, mask: mask('bounding') },
  ];
  if (user.uid !== 0) {
    const because = 'else the kernel drops every capability with the uid of root';
    ops.push({ op: 'prctl', stage: 'init', because, option: PR_SET_KEEPCAPS, arg2: 1, arg3: 0, arg4: 0, arg5: 0 });
  }
  ops.push(
    { op: 'setresuid', stage: 'init', because: because('process.user.uid', because('process.user')), uid: user.uid },
    {
      op: 'capset',
      stage: 'init',
      because: capabilityReason,
      effective: mask('effective'),
      permitted: mask('permitted'),
      inheritable: mask('inheritable'),
    },
  );
  const ambient = mask('ambient');
  if (ambient !== 0n) ops.push({ op: 'ambient', stage: 'init', because: capabilityReason, mask: ambient });
  return ops;
}

function noNewPrivileges(because: Because): Op {
  const reason = because('process.noNewPrivileges');
  return {
    op: 'prctl',
    stage: 'init',
    because: reason,
    option: PR_SET_NO_NEW_PRIVS,
    arg2: 1,
    arg3: 0,
    arg4: 0,
    arg5: 0,
  };
}

function execProcess(process: Process, because: Because): Op {
  const argv = process.args ?? [];
  if (argv.length === 0) throw specError('process.args', 'there is no command to run');
  return {
    op: 'exec',
    stage: 'init',
    because: because('process.args'),
    candidates: execCandidates(process),
    argv,
    env: process.env ?? [],
  };
}

/** The paths that execvp(3) would try, by the container's own PATH. */
export function execCandidates({ args = [], env = [] }: Process): string[] {
  const command = args[0] ?? '';
  if (command === '' || command.includes('/')) return [command];
  const path = env.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? DEFAULT_PATH;
  const directories = path.split(':').map((directory) => directory || '.');
  return [...new Set(directories)].map((directory) => {
    return `${directory.endsWith('/') ? directory.replace(/\/+$/, '') : directory}/${command}`;
  });
}

function cwdOf({ cwd }: Process): string {
  if (!cwd.startsWith('/')) throw specError('process.cwd', `"${cwd}" is no absolute path`);
  return cwd;
}
