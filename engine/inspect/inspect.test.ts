import { expect, test } from 'bun:test';
import type { ContainerConfig } from '../config.ts';
import { containerPaths } from '../records/paths.ts';
import type { World } from '../world.ts';
import { SAMPLE_FACTS, SAMPLE_INPUTS, sampleConfig } from '../spec/sample.fixture.ts';
import { specFromConfig } from '../spec/spec-from-config.ts';
import { inspectDocument } from './document.ts';
import type { InspectFacts } from './facts.ts';
import { capabilitiesIn } from './live.ts';
import { PODMAN_FIELDS } from './podman-fields.fixture.ts';

const WORLD = { root: '/var/lib/limpid', runroot: '/run/limpid' } as World;
const RUNNING = {
  status: 'running',
  process: { pid: 42, startTime: '7' },
  monitor: { pid: 41, startTime: '6' },
  startedAt: '2026-01-02T03:04:06.000000000Z',
  oomKilled: false,
} as const;

function facts(changes: Parameters<typeof sampleConfig>[0] = {}, more: Partial<InspectFacts> = {}): InspectFacts {
  const config: ContainerConfig = sampleConfig(changes);
  const { spec } = specFromConfig(
    config,
    { ...SAMPLE_INPUTS, volumes: { data: '/var/lib/limpid/volumes/data/_data' } },
    SAMPLE_FACTS,
  );
  const paths = containerPaths(WORLD, config.id, config.autoRemove);
  return {
    config,
    paths,
    state: RUNNING,
    spec,
    lower: ['/l1', '/l2'],
    logPath: paths.log,
    restarts: 0,
    dependencies: [],
    ...more,
  };
}

test("every field of podman's is there", () => {
  const document = inspectDocument(facts()) as unknown as Record<string, unknown>;
  const missing = PODMAN_FIELDS.filter((path) => {
    let value: unknown = document;
    for (const name of path.split('.')) {
      if (typeof value !== 'object' || value === null || !(name in value)) return true;
      value = (value as Record<string, unknown>)[name];
    }
    return false;
  });
  expect(missing).toEqual([]);
});

test('a running container', () => {
  const { State, GraphDriver, LogPath, NetworkSettings, Config, Path, Args } = inspectDocument(facts());
  const storage = `/var/lib/limpid/containers/${sampleConfig().id}`;
  expect(State).toMatchObject({
    Status: 'running',
    Running: true,
    Paused: false,
    Pid: 42,
    ConmonPid: 41,
    MonitorPid: 41,
    ExitCode: 0,
  });
  expect(State).toMatchObject({
    StartedAt: RUNNING.startedAt,
    FinishedAt: '0001-01-01T00:00:00Z',
    CgroupPath: `/limpid/limpid-${sampleConfig().id}`,
  });
  expect(GraphDriver.Data).toEqual({
    LowerDir: '/l1:/l2',
    UpperDir: `${storage}/upper`,
    WorkDir: `${storage}/work`,
    MergedDir: `${storage}/merged`,
  });
  expect(LogPath).toBe(`${storage}/ctr.log`);
  expect(NetworkSettings.SandboxKey).toBe('/proc/42/ns/net');
  expect([Path, ...Args]).toEqual(['sleep', '60']);
  expect(Config.Hostname).toBe('4f5e6d7c8b9a');
  expect(Config.Env).toContain('HOSTNAME=4f5e6d7c8b9a');
});

test('one that was killed for memory, and one that never ran', () => {
  const state = {
    status: 'exited',
    exitCode: 137,
    oomKilled: true,
    finishedAt: '2026-01-02T03:04:07.000000000Z',
  } as const;
  expect(inspectDocument(facts({}, { state })).State).toMatchObject({
    Running: false,
    Pid: 0,
    ConmonPid: 0,
    OOMKilled: true,
    ExitCode: 137,
    FinishedAt: state.finishedAt,
  });
  const created = inspectDocument(facts({}, { state: { status: 'created', oomKilled: false } }));
  expect([created.State.StartedAt, created.HostsPath]).toEqual(['0001-01-01T00:00:00Z', '']);
});

test('limits', () => {
  const resources = {
    memory: { limit: 134217728, swap: 268435456 },
    cpu: { quota: 50_000, period: 100_000 },
    pids: { limit: 64 },
  };
  expect(inspectDocument(facts({ resources })).HostConfig).toMatchObject({
    Memory: 134217728,
    MemorySwap: 268435456,
    MemorySwappiness: -1,
    NanoCpus: 500_000_000,
    CpuQuota: 50_000,
    CpuPeriod: 100_000,
    PidsLimit: 64,
    CgroupConf: null,
  });
  const blockIO = { weight: 500, throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1024 }] };
  expect(inspectDocument(facts({ resources: { blockIO } })).HostConfig).toMatchObject({
    BlkioWeight: 500,
    BlkioDeviceReadBps: [{ Path: '/dev/block/8:0', Rate: 1024 }],
    PidsLimit: 0,
  });
});

test('mounts: binds and volumes with what they came to, tmpfs apart', () => {
  const mounts = [
    { type: 'bind', source: '/srv', destination: '/srv', options: ['ro'], because: '-v' },
    { type: 'volume', source: 'data', destination: '/data', options: [], because: '-v' },
    { type: 'tmpfs', destination: '/t', options: ['size=1m'], because: '--tmpfs' },
  ] as const;
  const { Mounts, HostConfig } = inspectDocument(facts({ mounts }));
  expect(Mounts).toEqual([
    {
      Type: 'bind',
      Source: '/srv',
      Destination: '/srv',
      Driver: '',
      Mode: '',
      Options: ['rbind'],
      RW: false,
      Propagation: 'rprivate',
    },
    {
      Type: 'volume',
      Name: 'data',
      Source: '/var/lib/limpid/volumes/data/_data',
      Destination: '/data',
      Driver: 'local',
      Mode: '',
      Options: ['rbind', 'nosuid', 'nodev'],
      RW: true,
      Propagation: 'rprivate',
    },
  ]);
  expect(HostConfig.Binds[0]).toBe('/srv:/srv:ro,rbind,rprivate');
  expect(HostConfig.Binds[1]).toStartWith('data:/data:rw,');
  expect(HostConfig.Tmpfs).toEqual({ '/t': 'size=1m' });
});

test('modes, ids and security as their flags say them', () => {
  const { HostConfig } = inspectDocument(
    facts({
      namespaces: { network: { kind: 'path', path: '/run/n' }, pid: { kind: 'host' }, user: { kind: 'private' } },
      uidMappings: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
      gidMappings: [{ containerID: 0, hostID: 200_000, size: 65_536 }],
      security: { noNewPrivileges: true, seccomp: 'unconfined', unmask: ['ALL'] },
    }),
  );
  expect(HostConfig).toMatchObject({
    NetworkMode: 'ns:/run/n',
    PidMode: 'host',
    IpcMode: 'shareable',
    UsernsMode: 'private',
    IDMappings: { UidMap: ['0:100000:65536'], GidMap: ['0:200000:65536'] },
    SecurityOpt: ['no-new-privileges', 'seccomp=unconfined', 'unmask=ALL'],
  });
});

test('what cannot be computed today comes from the config alone', () => {
  const { spec: _, ...known } = facts({ entrypoint: ['/e'], env: { A: 'b' }, workdir: '/w' });
  const document = inspectDocument(known);
  expect([document.Path, ...document.Args]).toEqual(['/e', 'sleep', '60']);
  expect([document.Config.Env, document.Config.WorkingDir, document.EffectiveCaps]).toEqual([['A=b'], '/w', []]);
});

test("capabilities are the kernel's, where it has a process to ask about", () => {
  const status = 'Name:\tx\nCapEff:\t0000000000000401\nCapBnd:\t0000000000000001\n';
  expect(capabilitiesIn(status, 'CapEff')).toEqual(['CAP_CHOWN', 'CAP_NET_BIND_SERVICE']);
  const live = {
    effectiveCapabilities: ['CAP_KILL'],
    boundingCapabilities: ['CAP_CHOWN'],
    namespaces: { pid: 'pid:[1]' },
  };
  const document = inspectDocument(facts({}, { live }));
  expect([document.EffectiveCaps, document.BoundingCaps, document.State.Namespaces]).toEqual([
    ['CAP_KILL'],
    ['CAP_CHOWN'],
    { pid: 'pid:[1]' },
  ]);
});
