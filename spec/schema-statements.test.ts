import { describe, expect, test } from 'bun:test';
import { LimpidError } from '../base/error.ts';
import { validateSpec } from './validate.ts';

/**
 * What the OCI's JSON schema of config.json states, field by field in words of our own, for the parts that concern Linux
 * (config-schema.json, config-linux.json and their definitions, 1.3). The schema itself is not copied: each of its
 * statements is held against the validator by values that break it.
 */
type Statement =
  | 'text'
  | 'flag'
  | 'list'
  | 'object'
  | 'required'
  | `from ${number} to ${number | 'u32' | 'u64' | 'i64'}`
  | `one of ${string}`
  | `as ${string}`;

const TYPES: Readonly<Record<string, readonly unknown[]>> = {
  text: [7, true, [], {}],
  flag: ['true', 1, []],
  list: ['x', 7, {}],
  object: ['x', 7, [], true],
};
const TOP: Readonly<Record<string, number>> = { u32: 2 ** 32 - 1, u64: 2 ** 64, i64: 2 ** 63 };

/** Path and statements; `[]` stands for an element of a list, `{}` for a value under any name. */
const STATEMENTS: readonly (readonly [path: string, ...statements: Statement[]])[] = [
  ['ociVersion', 'required', 'text', 'as 2.0.0', 'as 1.x'],
  ['hostname', 'text'],
  ['domainname', 'text'],
  ['annotations', 'object'],
  ['annotations.{}', 'text'],
  ['root', 'object'],
  ['root.path', 'required', 'text'],
  ['root.readonly', 'flag'],
  ['mounts', 'list'],
  ['mounts.[]', 'object'],
  ['mounts.[].destination', 'required', 'text'],
  ['mounts.[].type', 'text'],
  ['mounts.[].source', 'text'],
  ['mounts.[].options', 'list'],
  ['mounts.[].options.[]', 'text'],
  ['hooks', 'object'],
  ...['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'].flatMap(
    (name): [string, ...Statement[]][] => [
      [`hooks.${name}`, 'list'],
      [`hooks.${name}.[]`, 'object'],
      [`hooks.${name}.[].path`, 'required', 'text', 'as relative/path'],
      [`hooks.${name}.[].args`, 'list'],
      [`hooks.${name}.[].args.[]`, 'text'],
      [`hooks.${name}.[].env`, 'list'],
      [`hooks.${name}.[].env.[]`, 'text'],
      [`hooks.${name}.[].timeout`, 'from 1 to 2147483647'],
    ],
  ),
  ['process', 'object'],
  ['process.args', 'list'],
  ['process.args.[]', 'text'],
  ['process.cwd', 'required', 'text'],
  ['process.env', 'list'],
  ['process.env.[]', 'text'],
  ['process.terminal', 'flag'],
  ['process.consoleSize', 'object'],
  ['process.consoleSize.height', 'required', 'from 0 to 65535'],
  ['process.consoleSize.width', 'required', 'from 0 to 65535'],
  ['process.user', 'object'],
  ['process.user.uid', 'from 0 to 4294967294'],
  ['process.user.gid', 'from 0 to 4294967294'],
  ['process.user.umask', 'from 0 to 511'],
  ['process.user.additionalGids', 'list'],
  ['process.user.additionalGids.[]', 'from 0 to 4294967294'],
  ['process.user.username', 'text'],
  ['process.capabilities', 'object'],
  ...['bounding', 'permitted', 'effective', 'inheritable', 'ambient'].flatMap((set): [string, ...Statement[]][] => [
    [`process.capabilities.${set}`, 'list'],
    [`process.capabilities.${set}.[]`, 'text', 'as kill'],
  ]),
  ['process.apparmorProfile', 'text'],
  ['process.selinuxLabel', 'text'],
  ['process.oomScoreAdj', 'from -1000 to 1000'],
  ['process.noNewPrivileges', 'flag'],
  ['process.ioPriority', 'object'],
  ['process.ioPriority.class', 'required', 'text', 'one of IOPRIO_CLASS_RT,IOPRIO_CLASS_BE,IOPRIO_CLASS_IDLE'],
  ['process.ioPriority.priority', 'from 0 to 7'],
  ['process.scheduler', 'object'],
  ['process.scheduler.policy', 'required', 'text', 'as FIFO'],
  ['process.scheduler.nice', 'from -20 to 19'],
  ['process.scheduler.priority', 'from 0 to 99'],
  ['process.scheduler.flags', 'list'],
  ['process.scheduler.flags.[]', 'text'],
  ['process.scheduler.runtime', 'from 0 to u64'],
  ['process.scheduler.deadline', 'from 0 to u64'],
  ['process.scheduler.period', 'from 0 to u64'],
  ['process.rlimits', 'list'],
  ['process.rlimits.[]', 'object'],
  ['process.rlimits.[].type', 'required', 'text', 'as NOFILE', 'as RLIMIT_nofile'],
  ['process.rlimits.[].soft', 'required', 'from 0 to u64'],
  ['process.rlimits.[].hard', 'required', 'from 0 to u64'],
  ['process.execCPUAffinity', 'object'],
  ['process.execCPUAffinity.initial', 'text', 'as 0-x'],
  ['process.execCPUAffinity.final', 'text', 'as all'],
  ['linux', 'object'],
  ['linux.devices', 'list'],
  ['linux.devices.[]', 'object'],
  ['linux.devices.[].type', 'required', 'text', 'one of c,b,u,p'],
  ['linux.devices.[].path', 'required', 'text'],
  // Go programs write the node's type along.
  ['linux.devices.[].fileMode', 'from 0 to u32'],
  ['linux.devices.[].major', 'from 0 to u32'],
  ['linux.devices.[].minor', 'from 0 to u32'],
  ['linux.devices.[].uid', 'from 0 to 4294967294'],
  ['linux.devices.[].gid', 'from 0 to 4294967294'],
  ['linux.netDevices', 'object'],
  ['linux.netDevices.{}', 'object'],
  ['linux.netDevices.{}.name', 'text', 'as a/b', 'as a name that is far too long'],
  ...['linux.uidMappings', 'linux.gidMappings', 'mounts.[].uidMappings', 'mounts.[].gidMappings'].flatMap(
    (field): [string, ...Statement[]][] => [
      [field, 'list'],
      [`${field}.[]`, 'object'],
      [`${field}.[].containerID`, 'required', 'from 0 to u32'],
      [`${field}.[].hostID`, 'required', 'from 0 to u32'],
      // A range of none is none.
      [`${field}.[].size`, 'required', 'from 1 to u32'],
    ],
  ),
  ['linux.namespaces', 'list'],
  ['linux.namespaces.[]', 'object'],
  ['linux.namespaces.[].type', 'required', 'text', 'one of mount,pid,network,uts,ipc,user,cgroup,time'],
  ['linux.namespaces.[].path', 'text'],
  ['linux.timeOffsets', 'object'],
  ...['boottime', 'monotonic'].flatMap((clock): [string, ...Statement[]][] => [
    [`linux.timeOffsets.${clock}`, 'object'],
    [`linux.timeOffsets.${clock}.secs`, 'from -9223372036854775808 to i64'],
    [`linux.timeOffsets.${clock}.nanosecs`, 'from 0 to 999999999'],
  ]),
  ['linux.cgroupsPath', 'text'],
  ['linux.rootfsPropagation', 'text', 'as loose'],
  ['linux.maskedPaths', 'list'],
  ['linux.maskedPaths.[]', 'text'],
  ['linux.readonlyPaths', 'list'],
  ['linux.readonlyPaths.[]', 'text'],
  ['linux.mountLabel', 'text'],
  ['linux.sysctl', 'object'],
  ['linux.sysctl.{}', 'text'],
  ['linux.personality', 'object'],
  ['linux.personality.domain', 'required', 'text', 'one of LINUX,LINUX32'],
  ['linux.personality.flags', 'list'],
  ['linux.personality.flags.[]', 'text'],
  ['linux.memoryPolicy', 'object'],
  ['linux.memoryPolicy.mode', 'required', 'text'],
  ['linux.memoryPolicy.nodes', 'text'],
  ['linux.memoryPolicy.flags', 'list'],
  ['linux.memoryPolicy.flags.[]', 'text'],
  ['linux.intelRdt', 'object'],
  ['linux.intelRdt.closID', 'text', 'as a/b', 'as ..'],
  ['linux.intelRdt.schemata', 'list'],
  ['linux.intelRdt.schemata.[]', 'text'],
  ['linux.intelRdt.l3CacheSchema', 'text'],
  ['linux.intelRdt.memBwSchema', 'text', 'as L3:0=f', 'as MB:0=10\nL3:0=f'],
  ['linux.intelRdt.enableMonitoring', 'flag'],
  ['linux.resources', 'object'],
  ['linux.resources.devices', 'list'],
  ['linux.resources.devices.[]', 'object'],
  ['linux.resources.devices.[].allow', 'required', 'flag'],
  ['linux.resources.devices.[].type', 'text'],
  ['linux.resources.devices.[].major', 'from -1 to i64'],
  ['linux.resources.devices.[].minor', 'from -1 to i64'],
  ['linux.resources.devices.[].access', 'text', 'as x'],
  ['linux.resources.pids', 'object'],
  ['linux.resources.pids.limit', 'required', 'from -9223372036854775808 to i64'],
  ['linux.resources.memory', 'object'],
  ...['limit', 'reservation', 'swap', 'kernel', 'kernelTCP'].map((name): [string, Statement] => [
    `linux.resources.memory.${name}`,
    'from -1 to i64',
  ]),
  // The kernel takes up to 200 since Linux 5.8; the schema was written before.
  ['linux.resources.memory.swappiness', 'from 0 to 200'],
  ['linux.resources.memory.disableOOMKiller', 'flag'],
  ['linux.resources.memory.useHierarchy', 'flag'],
  ['linux.resources.memory.checkBeforeUpdate', 'flag'],
  ['linux.resources.cpu', 'object'],
  ...['shares', 'burst', 'period', 'realtimePeriod'].map((name): [string, Statement] => [
    `linux.resources.cpu.${name}`,
    'from 0 to u64',
  ]),
  ...['quota', 'realtimeRuntime', 'idle'].map((name): [string, Statement] => [
    `linux.resources.cpu.${name}`,
    'from -9223372036854775808 to i64',
  ]),
  ['linux.resources.cpu.cpus', 'text', 'as all'],
  ['linux.resources.cpu.mems', 'text', 'as all'],
  ['linux.resources.blockIO', 'object'],
  ['linux.resources.blockIO.weight', 'from 0 to 65535'],
  ['linux.resources.blockIO.leafWeight', 'from 0 to 65535'],
  ['linux.resources.blockIO.weightDevice', 'list'],
  ['linux.resources.blockIO.weightDevice.[]', 'object'],
  ['linux.resources.blockIO.weightDevice.[].weight', 'from 0 to 65535'],
  ['linux.resources.blockIO.weightDevice.[].leafWeight', 'from 0 to 65535'],
  ['linux.resources.blockIO.weightDevice.[].major', 'required', 'from 0 to u32'],
  ['linux.resources.blockIO.weightDevice.[].minor', 'required', 'from 0 to u32'],
  ...['ReadBps', 'WriteBps', 'ReadIOPS', 'WriteIOPS'].flatMap((name): [string, ...Statement[]][] => [
    [`linux.resources.blockIO.throttle${name}Device`, 'list'],
    [`linux.resources.blockIO.throttle${name}Device.[]`, 'object'],
    [`linux.resources.blockIO.throttle${name}Device.[].major`, 'required', 'from 0 to u32'],
    [`linux.resources.blockIO.throttle${name}Device.[].minor`, 'required', 'from 0 to u32'],
    [`linux.resources.blockIO.throttle${name}Device.[].rate`, 'from 0 to u64'],
  ]),
  ['linux.resources.hugepageLimits', 'list'],
  ['linux.resources.hugepageLimits.[]', 'object'],
  ['linux.resources.hugepageLimits.[].pageSize', 'required', 'text', 'as 2M', 'as huge'],
  ['linux.resources.hugepageLimits.[].limit', 'required', 'from 0 to u64'],
  ['linux.resources.network', 'object'],
  ['linux.resources.network.classID', 'from 0 to u32'],
  ['linux.resources.network.priorities', 'list'],
  ['linux.resources.network.priorities.[]', 'object'],
  ['linux.resources.network.priorities.[].name', 'required', 'text'],
  ['linux.resources.network.priorities.[].priority', 'required', 'from 0 to u32'],
  ['linux.resources.rdma', 'object'],
  ['linux.resources.rdma.{}', 'object'],
  ['linux.resources.rdma.{}.hcaHandles', 'from 0 to u32'],
  ['linux.resources.rdma.{}.hcaObjects', 'from 0 to u32'],
  ['linux.resources.unified', 'object'],
  ['linux.resources.unified.{}', 'text'],
  ['linux.seccomp', 'object'],
  ['linux.seccomp.defaultAction', 'required', 'text', 'as ALLOW'],
  ['linux.seccomp.defaultErrnoRet', 'from 0 to u32'],
  ['linux.seccomp.flags', 'list'],
  ['linux.seccomp.flags.[]', 'text', 'as SECCOMP_FILTER_FLAG_TSYNCX', 'as SECCOMP_FILTER_FLAG_NEW_LISTENER'],
  ['linux.seccomp.listenerPath', 'text'],
  ['linux.seccomp.listenerMetadata', 'text'],
  ['linux.seccomp.architectures', 'list'],
  ['linux.seccomp.architectures.[]', 'text', 'as x86', 'as SCMP_ARCH_X86X'],
  ['linux.seccomp.syscalls', 'list'],
  ['linux.seccomp.syscalls.[]', 'object'],
  ['linux.seccomp.syscalls.[].names', 'required', 'list'],
  ['linux.seccomp.syscalls.[].names.[]', 'text'],
  ['linux.seccomp.syscalls.[].action', 'required', 'text', 'as ALLOW'],
  ['linux.seccomp.syscalls.[].errnoRet', 'from 0 to u32'],
  ['linux.seccomp.syscalls.[].args', 'list'],
  ['linux.seccomp.syscalls.[].args.[]', 'object'],
  ['linux.seccomp.syscalls.[].args.[].index', 'required', 'from 0 to u32'],
  ['linux.seccomp.syscalls.[].args.[].value', 'required', 'from 0 to u64'],
  ['linux.seccomp.syscalls.[].args.[].valueTwo', 'from 0 to u64'],
  ['linux.seccomp.syscalls.[].args.[].op', 'required', 'text', 'as EQ'],
];

/** Each word that the schema lists is taken. */
const WORDS: readonly (readonly [path: string, words: string])[] = [
  ['process.ioPriority.class', 'IOPRIO_CLASS_RT IOPRIO_CLASS_BE IOPRIO_CLASS_IDLE'],
  ['process.scheduler.policy', 'SCHED_OTHER SCHED_FIFO SCHED_RR SCHED_BATCH SCHED_ISO SCHED_IDLE SCHED_DEADLINE'],
  [
    'process.scheduler.flags.[]',
    'SCHED_FLAG_RESET_ON_FORK SCHED_FLAG_RECLAIM SCHED_FLAG_DL_OVERRUN SCHED_FLAG_KEEP_POLICY SCHED_FLAG_KEEP_PARAMS ' +
      'SCHED_FLAG_UTIL_CLAMP_MIN SCHED_FLAG_UTIL_CLAMP_MAX',
  ],
  ['linux.devices.[].type', 'c b u p'],
  ['linux.namespaces.[].type', 'mount pid network uts ipc user cgroup time'],
  ['linux.rootfsPropagation', 'private shared slave unbindable'],
  ['linux.personality.domain', 'LINUX LINUX32'],
  [
    'linux.memoryPolicy.mode',
    'MPOL_DEFAULT MPOL_BIND MPOL_INTERLEAVE MPOL_WEIGHTED_INTERLEAVE MPOL_PREFERRED MPOL_PREFERRED_MANY MPOL_LOCAL',
  ],
  ['linux.memoryPolicy.flags.[]', 'MPOL_F_NUMA_BALANCING MPOL_F_RELATIVE_NODES MPOL_F_STATIC_NODES'],
  [
    'linux.seccomp.architectures.[]',
    'X86 X86_64 X32 ARM AARCH64 MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X PARISC PARISC64 RISCV64 LOONGARCH64 M68K SH SHEB'.replaceAll(
      /\w+/g,
      'SCMP_ARCH_$&',
    ),
  ],
  [
    'linux.seccomp.defaultAction',
    'KILL KILL_PROCESS KILL_THREAD TRAP ERRNO TRACE ALLOW LOG NOTIFY'.replaceAll(/\w+/g, 'SCMP_ACT_$&'),
  ],
  [
    'linux.seccomp.syscalls.[].action',
    'KILL KILL_PROCESS KILL_THREAD TRAP ERRNO TRACE ALLOW LOG NOTIFY'.replaceAll(/\w+/g, 'SCMP_ACT_$&'),
  ],
  ['linux.seccomp.syscalls.[].args.[].op', 'NE LT LE EQ GE GT MASKED_EQ'.replaceAll(/\w+/g, 'SCMP_CMP_$&')],
  ['linux.seccomp.flags.[]', 'TSYNC LOG SPEC_ALLOW WAIT_KILLABLE_RECV'.replaceAll(/\w+/g, 'SECCOMP_FILTER_FLAG_$&')],
];

/** Names that an object of any names takes. */
const NAMES: Readonly<Record<string, string>> = {
  'linux.sysctl': 'net.core.somaxconn',
  'linux.resources.unified': 'memory.high',
};

/** Brothers without which an element is refused before its own turn comes, by the end of its path. */
const BROTHERS: readonly (readonly [end: RegExp, brothers: object])[] = [
  [/syscalls\.\[\]$/, { names: ['read'], action: 'SCMP_ACT_ALLOW' }],
  [/args\.\[\]$/, { index: 0, value: 1, op: 'SCMP_CMP_EQ' }],
  [/seccomp$/, { defaultAction: 'SCMP_ACT_ALLOW' }],
  [/linux\.devices\.\[\]$/, { type: 'c', path: '/dev/x', major: 1, minor: 3 }],
  [/resources\.devices\.\[\]$/, { allow: true }],
  [/mounts\.\[\]$/, { destination: '/x' }],
  [/hooks\.\w+\.\[\]$/, { path: '/x' }],
  [/^process$/, { cwd: '/' }],
  [/consoleSize$/, { height: 1, width: 1 }],
  [/ioPriority$/, { class: 'IOPRIO_CLASS_BE', priority: 1 }],
  [/scheduler$/, { policy: 'SCHED_OTHER' }],
  [/rlimits\.\[\]$/, { type: 'RLIMIT_NOFILE', soft: 1, hard: 1 }],
  [/process\.user$/, { uid: 0, gid: 0 }],
  [/^root$/, { path: 'rootfs' }],
  [/Mappings\.\[\]$/, { containerID: 0, hostID: 0, size: 1 }],
  [/namespaces\.\[\]$/, { type: 'pid' }],
  [/personality$/, { domain: 'LINUX' }],
  [/memoryPolicy$/, { mode: 'MPOL_DEFAULT' }],
  [/resources\.pids$/, { limit: 1 }],
  [/weightDevice\.\[\]$/, { major: 8, minor: 0 }],
  [/throttle\w+\.\[\]$/, { major: 8, minor: 0, rate: 1 }],
  [/hugepageLimits\.\[\]$/, { pageSize: '2MB', limit: 1 }],
  [/priorities\.\[\]$/, { name: 'eth0', priority: 1 }],
];

/** A document with this value at this path, and the path as an error names it. */
function documentWith(path: string, value: unknown): { document: object; named: string } {
  const steps = path.split('.');
  const build = (at: number): unknown => {
    if (at === steps.length) return value;
    const here = steps.slice(0, at).join('.');
    const step = steps[at]!;
    if (step === '[]') return [build(at + 1)];
    const name = step === '{}' ? (NAMES[here] ?? 'x') : step;
    const below = build(at + 1);
    return { ...BROTHERS.find(([end]) => end.test(here))?.[1], ...(below === undefined ? {} : { [name]: below }) };
  };
  const document = { ociVersion: '1.3.0', ...(build(0) as object) };
  if (path === 'ociVersion' && value === undefined) Reflect.deleteProperty(document, 'ociVersion');
  if (value === undefined) dropLast(document, steps);
  return { document, named: nameOf(path) };
}

/** As errors name it; what is in a map goes by its name, whose form differs. */
function nameOf(path: string): string {
  const fixed = path.split('.{}')[0]!;
  return fixed.replaceAll('.[]', '[0]');
}

/** A required field is missing though its brothers are there. */
function dropLast(document: object, steps: readonly string[]): void {
  let at = document as Record<string, unknown>;
  for (const step of steps.slice(0, -1)) at = (step === '[]' ? Object.values(at)[0] : at[step]) as typeof at;
  Reflect.deleteProperty(at, steps.at(-1)!);
}

function broken(statement: Statement): readonly unknown[] {
  if (statement === 'required') return [undefined];
  if (statement.startsWith('one of ')) return ['nosuch', statement.slice('one of '.length)];
  if (statement.startsWith('as ')) return [statement.slice('as '.length)];
  const [, low, high] = /^from (-?\d+) to (\w+)$/.exec(statement) ?? [];
  if (low === undefined) return TYPES[statement]!;
  const top = TOP[high!] ?? Number(high);
  return ['1', true, 0.5, Number(low) * (Number(low) < -(2 ** 53) ? 2 : 1) - 1, top >= 2 ** 53 ? top * 2 : top + 1];
}

describe('each statement of the schema is held', () => {
  test.each(STATEMENTS.map((row) => [row[0], row.slice(1).join('; '), row.slice(1) as Statement[]] as const))(
    '%s: %s',
    (path, _words, statements) => {
      for (const value of statements.flatMap(broken)) {
        const { document, named } = documentWith(path, value);
        let error: unknown;
        try {
          validateSpec(document);
        } catch (thrown) {
          error = thrown;
        }
        expect(error, `${path} = ${JSON.stringify(value)}`).toBeInstanceOf(LimpidError);
        expect((error as LimpidError).subject, `${path} = ${JSON.stringify(value)}`).toContain(named);
      }
    },
  );
});

test.each(WORDS)('%s: each word of the schema is taken', (path, words) => {
  for (const word of words.split(' ')) {
    const { document } = documentWith(path, word);
    expect(JSON.stringify(validateSpec(document))).toContain(JSON.stringify(word));
  }
});

test('what the schema does not know is left out, as the spec demands', () => {
  const spec = validateSpec({ ociVersion: '1.3.0', solaris: {}, windows: 7, process: { cwd: '/', commandLine: 'x' } });
  expect(spec).toEqual({ ociVersion: '1.3.0', process: { cwd: '/' } });
});
