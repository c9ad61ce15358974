import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { LimpidError } from '../base/error.ts';
import type { RuntimeSpec } from './runtime.ts';
import { stringifySpec } from './stringify.ts';
import { parseSpec, validateSpec } from './validate.ts';

const map = [{ containerID: 0, hostID: 1000, size: 10 }];

/** Every part of a spec once. */
const FULL: RuntimeSpec = {
  ociVersion: '1.2.0',
  process: {
    terminal: true,
    consoleSize: { height: 24, width: 80 },
    cwd: '/',
    env: ['PATH=/bin', 'EMPTY='],
    args: ['sh', ''],
    user: { uid: 1, gid: 2, umask: 0o22, additionalGids: [3] },
    capabilities: {
      bounding: ['CAP_KILL'],
      effective: ['CAP_KILL'],
      permitted: ['CAP_KILL'],
      inheritable: ['CAP_KILL'],
      ambient: ['CAP_KILL'],
    },
    noNewPrivileges: true,
    rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 1 }],
    oomScoreAdj: -5,
    scheduler: { policy: 'SCHED_FIFO', priority: 2 },
    ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 4 },
  },
  root: { path: 'rootfs', readonly: true },
  hostname: 'box',
  mounts: [{ destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid'] }],
  hooks: { poststop: [{ path: '/bin/true', args: ['true'], timeout: 3 }] },
  annotations: { a: 'b' },
  linux: {
    namespaces: [{ type: 'uts' }, { type: 'user' }, { type: 'time' }, { type: 'network', path: '/proc/1/ns/net' }],
    uidMappings: map,
    gidMappings: structuredClone(map),
    timeOffsets: { boottime: { secs: -1, nanosecs: 5 } },
    devices: [
      { path: '/dev/x', type: 'c', major: 1, minor: 2, fileMode: 0o666, uid: 0, gid: 0 },
      { path: '/dev/fifo', type: 'p' },
    ],
    cgroupsPath: '/limpid/x',
    resources: {
      devices: [{ allow: false, access: 'rwm' }],
      memory: { limit: -1, swappiness: 60 },
      cpu: { shares: 1024, quota: -1, cpus: '0-1' },
      pids: { limit: 0 },
      blockIO: { weight: 100, throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }] },
      hugepageLimits: [{ pageSize: '2MB', limit: 0 }],
      unified: { 'memory.high': '1' },
      rdma: { mlx5_1: { hcaHandles: 3 } },
    },
    sysctl: { 'net.ipv4.ip_forward': '1' },
    seccomp: {
      defaultAction: 'SCMP_ACT_ERRNO',
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [
        { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }] },
      ],
    },
    rootfsPropagation: 'rslave',
    maskedPaths: ['/proc/kcore'],
    readonlyPaths: ['/proc/sys'],
    personality: { domain: 'LINUX' },
  },
};

type Json = Record<string, unknown>;

/** FULL with one field replaced; the path is as an error names it. */
function withField(path: string, value: unknown): unknown {
  const copy = structuredClone(FULL) as unknown as Json;
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const last = keys.pop()!;
  const parent = keys.reduce((node, key) => (node[key] ??= {}) as Json, copy);
  parent[last] = value;
  return copy;
}

function complaint(value: unknown): string {
  try {
    return `no error: ${JSON.stringify(validateSpec(value))}`;
  } catch (error) {
    if (!(error instanceof LimpidError) || error.code !== 'ESPEC') throw error;
    return error.message.replace(/^cannot use /, '').replace(' of the runtime spec', '');
  }
}

test('a full spec passes unchanged', () => {
  expect(validateSpec(FULL)).toStrictEqual(FULL);
});

test('what is unknown or null is left out', () => {
  const extended = {
    ...FULL,
    windows: {},
    solaris: null,
    process: { ...FULL.process, selinuxLabel: null, commandLine: 'x' },
  };
  expect(validateSpec(extended)).toStrictEqual(FULL);
});

test('what Go programs write for "any"', () => {
  const rules = [{ allow: true, type: '', major: -1, minor: -1, access: '' }];
  expect(validateSpec(withField('linux.resources.devices', rules)).linux?.resources?.devices).toStrictEqual([
    { allow: true },
  ]);
  expect(validateSpec(withField('mounts[0].destination', 'proc')).mounts?.[0]?.destination).toBe('/proc');
  const mode = validateSpec(withField('linux.devices[0].fileMode', 0o20666)).linux?.devices?.[0]?.fileMode;
  expect(mode).toBe(0o666);
});

test('ambient capabilities that the kernel would refuse are left out, as `runc spec` writes them', () => {
  const ambient = (field: string, value: unknown) =>
    validateSpec(withField(field, value)).process?.capabilities?.ambient;
  expect(ambient('process.capabilities.inheritable', [])).toEqual([]);
  expect(ambient('process.capabilities.ambient', ['CAP_CHOWN', 'CAP_KILL'])).toEqual(['CAP_KILL']);
});

describe('each fault names its place', () => {
  const cases: [path: string, value: unknown, message: string][] = [
    ['ociVersion', '2.0.0', '"ociVersion": "2.0.0" is not a version 1 of the runtime spec'],
    ['ociVersion', undefined, '"ociVersion": it is missing'],
    ['process.cwd', 'srv', '"process.cwd": "srv" is not an absolute path'],
    ['process.cwd', '/a\0b', '"process.cwd": it holds a NUL byte'],
    ['process.args', [], '"process.args": there is no command in it'],
    ['process.args', 'sh', '"process.args": "sh" is not a list'],
    ['process.args[1]', 7, '"process.args[1]": 7 is not text'],
    ['process.env[0]', 'PATH', '"process.env[0]": "PATH" is not NAME=value'],
    // setresuid(2) reads -1 as "leave as it is": root.
    ['process.user.uid', 4294967295, '"process.user.uid": 4294967295 is not within 0 and 4294967294'],
    ['process.user.uid', -1, '"process.user.uid": -1 is not within 0 and 4294967294'],
    ['process.user.gid', '0', '"process.user.gid": "0" is not a whole number'],
    ['process.user.additionalGids[0]', 1.5, '"process.user.additionalGids[0]": 1.5 is not a whole number'],
    ['process.user.gid', undefined, '"process.user.gid": it is missing'],
    ['process.user.uid', undefined, '"process.user.uid": it is missing'],
    ['process.user.umask', 512, '"process.user.umask": 512 is not within 0 and 511'],
    ['process.noNewPrivileges', 'true', '"process.noNewPrivileges": "true" is not true or false'],
    [
      'process.capabilities.effective',
      ['CAP_CHOWN'],
      '"process.capabilities.effective": "CAP_CHOWN" is not in the permitted set',
    ],
    [
      'process.capabilities.bounding[0]',
      'kill',
      '"process.capabilities.bounding[0]": "kill" is not the name of a capability',
    ],
    ['process.rlimits[0].soft', 2, '"process.rlimits[0].soft": 2 is above the hard limit 1'],
    [
      'process.rlimits[1]',
      { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
      '"process.rlimits[1].type": "RLIMIT_CORE" is listed twice',
    ],
    ['process.oomScoreAdj', 1001, '"process.oomScoreAdj": 1001 is not within -1000 and 1000'],
    ['root.path', '', '"root.path": "" is not the path of a directory'],
    ['hostname', 'x'.repeat(65), '"hostname": Linux allows 64 bytes'],
    ['mounts[0].destination', '', '"mounts[0].destination": it is empty'],
    ['mounts[0].options', [null], '"mounts[0].options[0]": null is not text'],
    ['hooks.poststop[0].path', 'true', '"hooks.poststop[0].path": "true" is not an absolute path'],
    ['hooks.poststop[0].timeout', 0, '"hooks.poststop[0].timeout": 0 is not within 1 and 2147483647'],
    ['linux', [], '"linux": a list is not an object'],
    [
      'linux.namespaces[0].type',
      'net',
      '"linux.namespaces[0].type": "net" is not one of pid, network, mount, ipc, uts, user, cgroup, time',
    ],
    ['linux.namespaces[3].type', 'user', '"linux.namespaces[3].type": "user" is listed twice'],
    ['linux.namespaces[3].path', 'net', '"linux.namespaces[3].path": "net" is not an absolute path'],
    ['linux.namespaces[0].type', 'ipc', '"hostname": there is no uts namespace among the namespaces'],
    ['linux.namespaces[1].type', 'ipc', '"linux.uidMappings": there is no user namespace among the namespaces'],
    ['linux.namespaces[2].type', 'ipc', '"linux.timeOffsets": there is no time namespace among the namespaces'],
    ['linux.uidMappings[0].size', 0, '"linux.uidMappings[0].size": 0 is not within 1 and 4294967295'],
    ['linux.uidMappings[0].hostID', 4294967290, '"linux.uidMappings[0]": it reaches beyond the last id'],
    [
      'linux.gidMappings[1]',
      { containerID: 9, hostID: 5000, size: 1 },
      '"linux.gidMappings[1]": its containerIDs overlap with those of range 0',
    ],
    [
      'linux.gidMappings[1]',
      { containerID: 10, hostID: 995, size: 6 },
      '"linux.gidMappings[1]": its hostIDs overlap with those of range 0',
    ],
    ['linux.devices[0].major', undefined, '"linux.devices[0].major": it is missing'],
    ['linux.devices[0].path', 'dev/x', '"linux.devices[0].path": "dev/x" is not an absolute path'],
    ['linux.cgroupsPath', '/a/../../b', '"linux.cgroupsPath": "/a/../../b" leads out of where it begins'],
    ['linux.resources.pids.limit', '5', '"linux.resources.pids.limit": "5" is not a whole number'],
    [
      'linux.resources.cpu.cpus',
      '0-1\n../x',
      '"linux.resources.cpu.cpus": "0-1\\n../x" is not a list of numbers such as 0-3,7',
    ],
    [
      'linux.resources.hugepageLimits[0].pageSize',
      '../../x',
      '"linux.resources.hugepageLimits[0].pageSize": "../../x" is not a page size such as 2MB',
    ],
    [
      'linux.resources.unified',
      { '../memory.max': '1' },
      '"linux.resources.unified["../memory.max"]": that is no file of a cgroup',
    ],
    [
      'linux.resources.unified',
      { 'cgroup.procs/x': '1' },
      '"linux.resources.unified["cgroup.procs/x"]": that is no file of a cgroup',
    ],
    [
      'linux.resources.devices[0].access',
      'rwx',
      '"linux.resources.devices[0].access": "rwx" is not made of r, w and m',
    ],
    ['linux.sysctl', { 'net/../kernel/x': '1' }, '"linux.sysctl["net/../kernel/x"]": that is no name of a sysctl'],
    ['linux.sysctl', { 'net..x': '1' }, '"linux.sysctl["net..x"]": that is no name of a sysctl'],
    ['linux.seccomp.defaultAction', 'ALLOW', undefined as never],
    ['linux.seccomp.syscalls[0].names', [], '"linux.seccomp.syscalls[0].names": there is no system call in it'],
    [
      'linux.seccomp.syscalls[0].args[0].index',
      6,
      '"linux.seccomp.syscalls[0].args[0].index": 6 is not within 0 and 5',
    ],
    [
      'linux.seccomp.syscalls[0].args[0].value',
      2 ** 60,
      '"linux.seccomp.syscalls[0].args[0].value": it is no whole number of 64 bits',
    ],
    ['linux.rootfsPropagation', 'rsl', '"linux.rootfsPropagation": "rsl" is not a propagation such as rslave'],
    ['linux.maskedPaths[0]', 'proc', '"linux.maskedPaths[0]": "proc" is not an absolute path'],
  ];
  for (const [path, value, message] of cases) {
    test(`${path} = ${JSON.stringify(value)}`, () => {
      const found = complaint(withField(path, value));
      if (message === undefined) expect(found).toStartWith(`"${path}": "ALLOW" is not one of SCMP_ACT_KILL, `);
      else expect(found).toBe(message);
    });
  }
});

describe('parseSpec', () => {
  test('large whole numbers stay exact where it counts', () => {
    const args = '[{"index":0,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]';
    const json = `{"ociVersion":"1.0.0","linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["x"],"action":"SCMP_ACT_LOG","args":${args}}]}}}`;
    const spec = parseSpec(json);
    expect(spec.linux?.seccomp?.syscalls?.[0]?.args?.[0]?.value).toBe(18446744073709551615n);
    expect(stringifySpec(spec, 0)).toBe(json);
  });

  test('an unlimited rlimit comes back as it was', () => {
    const json =
      '{"ociVersion":"1.0.0","process":{"cwd":"/","rlimits":[{"type":"RLIMIT_CORE","soft":0,"hard":18446744073709551615}]}}';
    const spec = parseSpec(json);
    expect(spec.process?.rlimits?.[0]?.hard).toBe(2 ** 64);
    expect(stringifySpec(spec, 0)).toBe(json);
  });

  test('no JSON', () => {
    expect(() => parseSpec('{"ociVersion":')).toThrow(/^cannot use the runtime spec: it is no JSON: /);
    expect(() => parseSpec('[]')).toThrow('cannot use the runtime spec: a list is not an object');
  });

  test('a prototype is no field', () => {
    const spec = parseSpec('{"ociVersion":"1.0.0","__proto__":{"hostname":"x"},"annotations":{"a":"b"}}');
    expect(spec).toStrictEqual({ ociVersion: '1.0.0', annotations: { a: 'b' } });
    expect(() => parseSpec('{"ociVersion":"1.0.0","annotations":{"__proto__":"b"}}')).toThrow('that is no name');
  });
});

test('law: whatever comes, the answer is a spec or an ESPEC', () => {
  const paths = [
    'process',
    'process.user',
    'mounts',
    'mounts[0]',
    'linux',
    'linux.namespaces',
    'linux.resources',
    'linux.seccomp',
    'hooks',
    'linux.sysctl',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
      const answer = complaint(withField(path, value));
      expect(answer.startsWith('no error: {') || answer.includes('": ')).toBe(true);
    }),
    { numRuns: 500 },
  );
});
