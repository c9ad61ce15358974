import { describe, expect, test } from 'bun:test';
import { DEFAULT_CAPABILITIES } from '../../abi/capability.ts';
import type { ContainerConfig } from '../config.ts';
import type { SpecInputs } from './inputs.ts';
import { failure, SAMPLE_FACTS, SAMPLE_INPUTS, sampleConfig } from './sample.fixture.ts';
import { specFromConfig, wantsSeccomp } from './spec-from-config.ts';

const MAP = [{ containerID: 0, hostID: 100000, size: 65536 }];
const SDA = { path: '/dev/sda', type: 'b', major: 8, minor: 0, mode: 0o660, uid: 0, gid: 6 } as const;

/** One config a kind of use; each is read with its golden file beside it. */
const SCENES: Record<string, [config: ContainerConfig, inputs?: Partial<SpecInputs>]> = {
  default: [sampleConfig()],
  terminal: [
    sampleConfig({
      terminal: true,
      hostname: 'lab',
      env: { TERM: 'screen', LANG: 'C.UTF-8' },
      workdir: '/srv',
      namespaces: { network: { kind: 'private' } },
      because: { 'process.terminal': '--tty', hostname: '--hostname lab', 'process.cwd': '--workdir /srv' },
    }),
    { seccomp: { defaultAction: 'SCMP_ACT_ALLOW' } },
  ],
  privileged: [
    sampleConfig({
      privileged: true,
      namespaces: {
        pid: { kind: 'host' },
        network: { kind: 'host' },
        ipc: { kind: 'host' },
        uts: { kind: 'host' },
        cgroup: { kind: 'host' },
      },
    }),
    { hostDevices: [SDA], seccomp: { defaultAction: 'SCMP_ACT_ERRNO' } },
  ],
  user: [sampleConfig({ user: 'alice', groups: ['audio'], capAdd: ['net_admin'], umask: 0o027 })],
  'user-namespace': [
    sampleConfig({
      namespaces: { user: { kind: 'private' }, network: { kind: 'host' } },
      uidMappings: MAP,
      gidMappings: MAP,
    }),
  ],
  'read-only': [
    sampleConfig({
      readOnly: true,
      init: true,
      capDrop: ['ALL'],
      security: { noNewPrivileges: true, seccomp: 'unconfined', unmask: ['/proc/acpi'] },
      mounts: [
        { type: 'bind', source: '/srv/data', destination: '/data', options: ['ro'], because: '-v /srv/data:/data:ro' },
        { type: 'tmpfs', destination: '/scratch', options: ['size=1m'], because: '--tmpfs /scratch:size=1m' },
      ],
    }),
    { initPath: '/usr/libexec/limpid/init' },
  ],
  joined: [
    sampleConfig({
      namespaces: {
        pid: { kind: 'container', container: 'web' },
        network: { kind: 'container', container: 'web' },
        ipc: { kind: 'path', path: '/proc/7/ns/ipc' },
        time: { kind: 'private' },
      },
      timeOffsets: { boottimeSecs: 3600 },
    }),
    { joined: { web: 4711 } },
  ],
  limits: [
    sampleConfig({
      cgroupParent: 'batch/',
      oomScoreAdj: 500,
      ulimits: [{ type: 'core', soft: 0, hard: -1 }],
      sysctls: { 'net.core.somaxconn': '1024' },
      deviceRules: ['c 10:* r'],
      devices: [{ hostPath: '/dev/sda', path: '/dev/disk', permissions: 'r' }],
      annotations: { 'org.example.team': 'blue' },
      resources: {
        memory: { limit: 134217728, swap: 268435456 },
        cpu: { quota: 50000, period: 100000 },
        pids: { limit: 64 },
      },
      because: { 'linux.resources.memory.limit': '--memory 128m', 'linux.resources.cpu.quota': '--cpus 0.5' },
    }),
    { hostDevices: [SDA] },
  ],
  image: [
    sampleConfig({ command: [], env: { B: '2' } }),
    {
      image: {
        entrypoint: ['/docker-entrypoint.sh'],
        command: ['nginx'],
        env: ['PATH=/bin', 'A=1'],
        user: '101:101',
        workdir: '/web',
      },
    },
  ],
};

const build = ([config, inputs]: (typeof SCENES)[string]) =>
  specFromConfig(config, { ...SAMPLE_INPUTS, ...inputs }, SAMPLE_FACTS);

describe('golden', () => {
  for (const [name, scene] of Object.entries(SCENES)) {
    test(name, async () => {
      const file = `${import.meta.dir}/golden/${name}.json`;
      const built = build(scene);
      if (process.env['LIMPID_UPDATE_GOLDEN'] === '1') await Bun.write(file, JSON.stringify(built, undefined, 2));
      expect(built).toStrictEqual(await Bun.file(file).json());
    });
  }
});

/** What the golden files cannot say: that the answers are the right ones. */
describe('what must hold in every spec', () => {
  for (const [name, scene] of Object.entries(SCENES)) {
    test(name, () => {
      const [config] = scene;
      const { spec, because } = build(scene);
      const fields = ['process.args', 'process.user', 'process.capabilities', 'linux.cgroupsPath', 'linux.maskedPaths'];
      for (const field of fields) expect(because[field]).toBeString();
      for (const { destination } of spec.mounts!) expect(because[`mounts[${destination}]`]).toBeString();
      for (const { type } of spec.linux!.namespaces!) expect(because[`linux.namespaces[${type}]`]).toBeString();
      expect(because).toMatchObject(config.because);
      expect(spec.linux!.cgroupsPath).toEndWith(`/limpid-${config.id}`);
      const allowed: readonly string[] = config.privileged
        ? spec.process!.capabilities!.bounding!
        : [...DEFAULT_CAPABILITIES, 'CAP_NET_ADMIN'];
      for (const set of Object.values(spec.process!.capabilities!)) {
        expect((set as string[]).filter((capability) => !allowed.includes(capability))).toEqual([]);
      }
    });
  }
});

test('the same config and inputs give the same spec, and change neither', () => {
  const freeze = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null)
      for (const item of Object.values(Object.freeze(value))) freeze(item);
    return value;
  };
  for (const scene of Object.values(SCENES)) expect(build(freeze(scene))).toEqual(build(scene));
});

test('seccomp: privileged lifts the default, not what was asked for', () => {
  const wants = (seccomp: string, privileged: boolean) =>
    wantsSeccomp(sampleConfig({ privileged, security: { seccomp } }));
  expect([wants('default', false), wants('unconfined', false), wants('/p.json', true), wants('default', true)]).toEqual(
    [true, false, true, false],
  );
  const seccomp = { defaultAction: 'SCMP_ACT_LOG' } as const;
  expect(build([sampleConfig(), { seccomp }]).spec.linux!.seccomp).toEqual(seccomp);
  expect(
    build([sampleConfig({ security: { seccomp: 'unconfined' } }), { seccomp }]).spec.linux!.seccomp,
  ).toBeUndefined();
});

test('a working directory is absolute', () => {
  expect(failure(() => build([sampleConfig({ workdir: 'srv' })]))).toBe(
    'EOPTION: cannot use working directory "srv": it is not absolute',
  );
});

test('the cgroup stays where it was asked for', () => {
  const path = (cgroupParent: string) => build([sampleConfig({ id: 'x', cgroupParent })]).spec.linux!.cgroupsPath;
  expect(['/a/b/', 'a', '/', '/../..', '//a/./b'].map(path)).toEqual([
    '/a/b/limpid-x',
    '/a/limpid-x',
    '/limpid-x',
    '/limpid-x',
    '/a/b/limpid-x',
  ]);
});
