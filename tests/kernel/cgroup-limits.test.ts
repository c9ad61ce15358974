import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { Engine } from '../../engine/index.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import type { Resources } from '../../spec/runtime.ts';
import { atTheEnd } from '../at-the-end.ts';
import { until } from '../cli/until.ts';
import { EngineWithoutNetwork } from './engine-without-network.ts';

setDefaultTimeout(300_000);

const IMAGE = 'builtin:busybox';
const MIB = 1 << 20;
const { cgroup } = gatherFacts();
const isV2 = cgroup.mode === 'v2';
let directory: string;
let engine: Engine;

beforeAll(() => {
  directory = mkdtempSync('/tmp/limpid-limits-');
  engine = new EngineWithoutNetwork({ root: `${directory}/root`, runroot: `${directory}/run` });
});
atTheEnd(() => rmSync(directory, { recursive: true, force: true }));
atTheEnd(async () => {
  for (const { config } of engine.list()) await engine.remove(config.id, { force: true });
});

const has = (controller: string): boolean =>
  cgroup.unifiedControllers.includes(controller) ||
  cgroup.hierarchies.some(({ controllers }) => controllers.includes(controller));

/** `8:0` of any block device: a limit may be set for one without a medium. */
const disk = readdirSync('/sys/block').map((name) => readFileSync(`/sys/block/${name}/dev`, 'utf8').trim())[0]!;

/** The file of a container's cgroup that has this name, whatever its hierarchy. */
function value(id: string, file: string): string {
  const roots = [
    ...(cgroup.unified === undefined ? [] : [cgroup.unified]),
    ...cgroup.hierarchies.map((one) => one.mountPoint),
  ];
  const path = roots.map((root) => `${root}/limpid/limpid-${id}/${file}`).find((one) => existsSync(one));
  return path === undefined ? `no ${file}` : readFileSync(path, 'utf8').trim();
}

async function sleeper(resources: Resources): Promise<string> {
  return engine.run({ image: IMAGE, resources, command: ['sleep', '1000'] });
}

async function output(container: string, script: string): Promise<string> {
  const session = await engine.exec(container, { command: ['sh', '-c', script] });
  const { stdout, stderr } = await session.result();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** The dead whom nobody has waited for yet are none of them. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** What is asked for, and the kernel's files as they must read on v2 and on v1. */
interface Limit {
  readonly name: string;
  readonly resources: Resources;
  readonly v2: Readonly<Record<string, string>>;
  readonly v1: Readonly<Record<string, string>>;
}

const [major, minor] = disk.split(':').map(Number) as [number, number];
const LIMITS: readonly Limit[] = [
  {
    name: 'memory',
    resources: { memory: { limit: 64 * MIB, reservation: 32 * MIB } },
    v2: { 'memory.max': '67108864', 'memory.low': '33554432', 'memory.swap.max': 'max' },
    v1: { 'memory.limit_in_bytes': '67108864', 'memory.soft_limit_in_bytes': '33554432' },
  },
  {
    name: 'cpu',
    resources: { cpu: { shares: 512, quota: 50_000, period: 200_000 } },
    // 1 + (512 - 2) * 9999 / 262142
    v2: { 'cpu.max': '50000 200000', 'cpu.weight': '20' },
    v1: { 'cpu.shares': '512', 'cpu.cfs_quota_us': '50000', 'cpu.cfs_period_us': '200000' },
  },
  {
    name: 'cpuset',
    resources: { cpu: { cpus: '0', mems: '0' } },
    v2: { 'cpuset.cpus': '0', 'cpuset.cpus.effective': '0', 'cpuset.mems': '0' },
    v1: { 'cpuset.cpus': '0', 'cpuset.mems': '0' },
  },
  { name: 'pids', resources: { pids: { limit: 64 } }, v2: { 'pids.max': '64' }, v1: { 'pids.max': '64' } },
  {
    name: 'blkio',
    resources: {
      blockIO: {
        throttleReadBpsDevice: [{ major, minor, rate: MIB }],
        throttleWriteIOPSDevice: [{ major, minor, rate: 100 }],
      },
    },
    v2: { 'io.max': `${disk} rbps=1048576 wbps=max riops=max wiops=100` },
    v1: { 'blkio.throttle.read_bps_device': `${disk} 1048576`, 'blkio.throttle.write_iops_device': `${disk} 100` },
  },
];

const file = (limit: Limit) => (isV2 ? limit.v2 : limit.v1);
const values = (id: string, wanted: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.keys(wanted).map((name) => [name, value(id, name)]));

describe('a limit is in the kernel as it was asked for', () => {
  test.each(LIMITS.map((limit) => [limit.name, limit] as const))('%s', async (_, limit) => {
    const id = await sleeper(limit.resources);
    expect(values(id, file(limit))).toEqual(file(limit));
    await engine.remove(id, { force: true });
    expect(value(id, 'cgroup.procs')).toBe('no cgroup.procs');
  });

  test('and so are all of them at once', async () => {
    const resources: Resources = {};
    for (const { resources: more } of LIMITS) {
      const cpu = { ...resources.cpu, ...more.cpu };
      Object.assign(resources, more, { cpu });
    }
    const wanted = Object.assign({}, ...LIMITS.map(file)) as Record<string, string>;
    const id = await sleeper(resources);
    expect(values(id, wanted)).toEqual(wanted);
    const inside = isV2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/pids';
    expect(await output(id, `cat ${inside}/pids.max; (echo 1 >${inside}/pids.max) 2>&1`)).toMatch(
      /^64\nsh: can't create .*: Read-only file system\n$/,
    );
    await engine.remove(id, { force: true });
  });

  const weightFile = cgroup.ioWeightFile;
  test.if(weightFile !== undefined)('the weight of block I/O (needs io weights)', async () => {
    const id = await sleeper({ blockIO: { weight: 500 } });
    // io.weight counts from 1 to 10000: 1 + (500 - 10) * 9999 / 990
    const wanted = weightFile === 'io.weight' ? 'default 4950' : weightFile === 'io.bfq.weight' ? 'default 500' : '500';
    expect(value(id, weightFile!).replace(/\n.*/s, '')).toBe(wanted);
    await engine.remove(id, { force: true });
  });

  test.if(has('hugetlb'))('huge pages (needs hugetlb)', async () => {
    const id = await sleeper({ hugepageLimits: [{ pageSize: '2MB', limit: 4 * MIB }] });
    expect(
      value(id, cgroup.unifiedControllers.includes('hugetlb') ? 'hugetlb.2MB.max' : 'hugetlb.2MB.limit_in_bytes'),
    ).toBe('4194304');
    await engine.remove(id, { force: true });
  });

  test.if(cgroup.swapAccounting)('memory and swap together (needs swap)', async () => {
    const id = await sleeper({ memory: { limit: 64 * MIB, swap: 96 * MIB } });
    const [name, wanted] = isV2 ? ['memory.swap.max', '33554432'] : ['memory.memsw.limit_in_bytes', '100663296'];
    expect(value(id, name!)).toBe(wanted!);
    await engine.remove(id, { force: true });
  });

  test.if(isV2)('files of cgroup v2 by their own names (needs cgroup v2)', async () => {
    const unified = { 'memory.high': '50331648', 'cpu.max': 'max 50000', 'cgroup.max.descendants': '5' };
    const id = await sleeper({ unified });
    expect(values(id, unified)).toEqual(unified);
    await engine.remove(id, { force: true });
  });
});

describe('a running container', () => {
  let id: string;
  beforeAll(async () => {
    id = await engine.run({
      image: IMAGE,
      name: 'lab',
      capAdd: ['MKNOD'],
      resources: { memory: { limit: 64 * MIB }, pids: { limit: 16 } },
      command: ['sleep', '1000'],
    });
  });

  test('was born in its cgroup, and sees nothing above it', async () => {
    const { State } = await engine.inspect(id);
    const own = readFileSync(`/proc/${State.Pid}/cgroup`, 'utf8').trim().split('\n');
    const here = own.filter((line) => line.endsWith(`:/limpid/limpid-${id}`)).map((line) => line.split(':')[1]);
    expect(here).toContain(isV2 ? '' : 'memory');
    if (cgroup.unified !== undefined) expect(here).toContain('');
    const seen = (await output(id, 'cat /proc/self/cgroup')).trim().split('\n');
    expect(seen.filter((line) => !line.endsWith(':/') && !/:\/\.\./.test(line))).toEqual([]);
  });

  test('opens the devices that it may, and no others', async () => {
    const script = `cd /tmp
      mknod mem c 1 1; mknod null c 1 3; mknod disk b ${major} ${minor}
      for node in mem null disk; do (: <$node) 2>/dev/null && echo $node opened || echo $node denied; done
      (: <mem) 2>&1 | grep -o 'Operation not permitted'`;
    expect(await output(id, script)).toBe('mem denied\nnull opened\ndisk denied\nOperation not permitted\n');
  });

  test('stands still while paused, and goes on', async () => {
    const frozen = () => {
      if (cgroup.unified === undefined) return value(id, 'freezer.state') === 'FROZEN';
      return /^frozen 1$/m.test(value(id, 'cgroup.events'));
    };
    await engine.pause(id);
    expect(frozen()).toBe(true);
    await engine.unpause(id);
    expect(frozen()).toBe(false);
    expect(await output(id, 'echo on')).toBe('on\n');
  });

  test('is counted', async () => {
    const before = engine.stats(id);
    await output(id, 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done');
    const after = engine.stats(id);
    expect(after.cpuUsageNs).toBeGreaterThan(before.cpuUsageNs);
    expect([after.pids, after.pidsLimit, after.memoryLimitBytes, after.oomKills]).toEqual([1, 16, 64 * MIB, 0]);
    expect(after.memoryBytes).toBeWithin(1, 64 * MIB);
    expect(after.memoryPeakBytes).toBeGreaterThanOrEqual(after.memoryBytes);
  });

  test('is counted where the kernel stops it: throttled periods, kills for want of memory', async () => {
    const busy = await engine.run({
      image: IMAGE,
      resources: { cpu: { quota: 20_000, period: 100_000 }, memory: { limit: 16 * MIB } },
      command: ['sh', '-c', 'while :; do :; done'],
    });
    expect(engine.stats(busy).oomKills).toBe(0);
    const session = await engine.exec(busy, { command: ['tail', '/dev/zero'] });
    expect((await session.result()).code).toBe(137);
    expect(engine.stats(busy).oomKills).toBe(1);
    const throttled = await until('a throttled period', () => {
      const { cpuThrottledPeriods, cpuThrottledNs } = engine.stats(busy);
      return cpuThrottledPeriods > 0 && { cpuThrottledNs };
    });
    expect(throttled.cpuThrottledNs).toBeGreaterThan(0);
    await engine.remove(busy, { force: true });
  });

  test('cannot fork past its limit', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 100 & done 2>&1';
    expect(await output(id, script)).toContain("can't fork: Resource temporarily unavailable");
    expect(Number(value(id, 'pids.current'))).toBeLessThanOrEqual(16);
    expect(value(id, 'pids.events')).toMatch(/^max [1-9]/);
  });
});

test('out of memory is told as such', async () => {
  const id = await engine.run({
    image: IMAGE,
    resources: { memory: { limit: 16 * MIB } },
    command: ['tail', '/dev/zero'],
  });
  expect((await engine.wait(id)).code).toBe(137);
  const { State } = await engine.inspect(id);
  expect([State.OOMKilled, State.ExitCode]).toEqual([true, 137]);
});

test('what outlives PID 1 in the host’s pid namespace ends with the container', async () => {
  const id = await engine.run({
    image: IMAGE,
    namespaces: { pid: { kind: 'host' } },
    command: ['sh', '-c', 'setsid sleep 999 & setsid sleep 999 & echo $! && sleep 0.1'],
  });
  await engine.wait(id);
  const lines: string[] = [];
  for await (const { text } of engine.logs(id, { follow: true })) lines.push(new TextDecoder().decode(text));
  // The cgroup is removed behind the last of its processes, and `logs` ends behind that.
  await engine.remove(id);
  expect(Number(lines[0])).toBeGreaterThan(1);
  expect(value(id, 'cgroup.procs')).toBe('no cgroup.procs');
  expect(isAlive(Number(lines[0]))).toBe(false);
});
