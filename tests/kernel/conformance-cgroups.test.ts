/** config-linux.md of the OCI runtime-spec, cgroups: where a container is, and what it may use, on v1 and on v2. */
import { afterAll, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import type { Resources, RuntimeSpec } from '../../spec/runtime.ts';
import { shows } from './oci-statement.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, once, root, run, says, state } = runtimeScope();
const { cgroup: facts } = gatherFacts();
const isV2 = facts.mode === 'v2';
const relative = `limpid-relative-${process.pid}`;
afterAll(() => {
  for (const path of cgroupDirectories(facts, `/${relative}`)) if (existsSync(path)) Bun.spawnSync(['rmdir', path]);
});

const has = (v1: string, v2: string): boolean =>
  facts.hierarchies.some(({ controllers }) => controllers.includes(v1)) ||
  (isV2 && facts.unifiedControllers.includes(v2));

/** `8:0` of any block device: a limit may be set for one without a medium. */
const disk = readdirSync('/sys/block').map((name) => readFileSync(`/sys/block/${name}/dev`, 'utf8').trim())[0]!;
const [major, minor] = disk.split(':').map(Number) as [number, number];
const MIB = 1 << 20;

/** What is asked for, and the kernel's files as they must read; `undefined` where the version has no such thing. */
interface Limits {
  readonly resources: Resources;
  readonly v1: Readonly<Record<string, string>> | undefined;
  readonly v2: Readonly<Record<string, string>> | undefined;
  readonly lacks?: string;
}

const LIMITS: Readonly<Record<'memory' | 'cpus' | 'pids' | 'blkio' | 'hugetlb' | 'network', Limits>> = {
  memory: {
    resources: { memory: { limit: 50 * MIB, reservation: 40 * MIB } },
    v1: { 'memory.limit_in_bytes': `${50 * MIB}`, 'memory.soft_limit_in_bytes': `${40 * MIB}` },
    v2: { 'memory.max': `${50 * MIB}`, 'memory.low': `${40 * MIB}` },
  },
  cpus: {
    resources: { cpu: { shares: 1024, quota: 50_000, period: 100_000, cpus: '0', mems: '0' } },
    v1: {
      'cpu.shares': '1024',
      'cpu.cfs_quota_us': '50000',
      'cpu.cfs_period_us': '100000',
      'cpuset.cpus': '0',
      'cpuset.mems': '0',
    },
    // 1 + (1024 - 2) * 9999 / 262142
    v2: { 'cpu.weight': '39', 'cpu.max': '50000 100000', 'cpuset.cpus': '0', 'cpuset.mems': '0' },
  },
  pids: { resources: { pids: { limit: 1000 } }, v1: { 'pids.max': '1000' }, v2: { 'pids.max': '1000' } },
  blkio: {
    resources: {
      blockIO: {
        throttleReadBpsDevice: [{ major, minor, rate: 102_400 }],
        throttleWriteBpsDevice: [{ major, minor, rate: 204_800 }],
        throttleReadIOPSDevice: [{ major, minor, rate: 300 }],
        throttleWriteIOPSDevice: [{ major, minor, rate: 400 }],
      },
    },
    v1: {
      'blkio.throttle.read_bps_device': `${disk} 102400`,
      'blkio.throttle.write_bps_device': `${disk} 204800`,
      'blkio.throttle.read_iops_device': `${disk} 300`,
      'blkio.throttle.write_iops_device': `${disk} 400`,
    },
    v2: { 'io.max': `${disk} rbps=102400 wbps=204800 riops=300 wiops=400` },
  },
  hugetlb: {
    resources: { hugepageLimits: [{ pageSize: '2MB', limit: 56_623_104 }] },
    v1: { 'hugetlb.2MB.limit_in_bytes': '56623104' },
    v2: { 'hugetlb.2MB.max': '56623104' },
    ...(has('hugetlb', 'hugetlb') ? {} : { lacks: 'hugetlb' }),
  },
  network: {
    resources: { network: { classID: 255, priorities: [{ name: 'lo', priority: 10 }] } },
    v1: { 'net_cls.classid': '255', 'net_prio.ifpriomap': 'lo 10' },
    v2: undefined,
  },
};

/** The file of a cgroup that has this name, whatever its hierarchy. */
function value(path: string, file: string): string {
  const place = cgroupDirectories(facts, path)
    .map((one) => `${one}/${file}`)
    .find((one) => existsSync(one));
  return place === undefined ? `no ${file}` : readFileSync(place, 'utf8').trim();
}

function limitedBy(resources: Resources, path?: string): (spec: RuntimeSpec) => void {
  return ({ linux }) => {
    linux!.resources = { ...linux!.resources, ...resources };
    if (path !== undefined) linux!.cgroupsPath = path;
  };
}

const pathIn = (file: string): string => JSON.parse(readFileSync(`${file}/config.json`, 'utf8')).linux.cgroupsPath;

const PLACES = [
  ['', undefined],
  ['_relative', relative],
] as const;
for (const [kind, { resources, v1, v2, lacks }] of Object.entries(LIMITS) as [keyof typeof LIMITS, Limits][]) {
  for (const [suffix, parent] of PLACES) {
    const wanted = isV2 ? v2 : v1;
    const program = suffix === '' ? (`linux_cgroups_${kind}` as const) : (`linux_cgroups_relative_${kind}` as const);
    const check = async () => {
      const path = bundle(kind, ['sleep', '1000'], limitedBy(resources, parent && `${parent}/${kind}`));
      if (wanted === undefined || (kind === 'network' && !has('net_cls', ''))) {
        const { code, err } = await run('create', '--bundle', path, kind);
        expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('"linux.resources.network.classID"') });
        return;
      }
      await says('run', '--detach', '--bundle', path, kind);
      const cgroupsPath = pathIn(path).replace(/^(?!\/)/, '/');
      const read = Object.keys(wanted).map((file) => [file, value(cgroupsPath, file)]);
      for (const [file = '', text = ''] of read)
        expect([file, text.split('\n').filter((line) => line === wanted[file])]).toEqual([file, [wanted[file]!]]);
      const { pid } = await state(kind);
      const own = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trimEnd().split('\n');
      expect(own.filter((line) => line.endsWith(`:${cgroupsPath}`)).length).toBeGreaterThan(0);
      await says('delete', '--force', kind);
      expect(cgroupDirectories(facts, cgroupsPath).filter((one) => existsSync(one))).toEqual([]);
    };
    shows([program, 'CgroupsPathAbsOrRel'], suffix === '' ? 'absolute' : 'relative', check, lacks);
  }
}

// The names are spelled out for conformance-statements.test.ts.
test('each of them has been asked for', () => {
  const programs = [
    ...['linux_cgroups_memory', 'linux_cgroups_cpus', 'linux_cgroups_pids', 'linux_cgroups_blkio'],
    ...['linux_cgroups_hugetlb', 'linux_cgroups_network', 'linux_cgroups_relative_memory'],
    ...['linux_cgroups_relative_cpus', 'linux_cgroups_relative_pids', 'linux_cgroups_relative_blkio'],
    ...['linux_cgroups_relative_hugetlb', 'linux_cgroups_relative_network'],
  ];
  const asked = Object.keys(LIMITS).flatMap((kind) => [`linux_cgroups_${kind}`, `linux_cgroups_relative_${kind}`]);
  expect(asked.toSorted()).toEqual(programs.toSorted());
});

for (const [suffix, parent] of PLACES) {
  const program = suffix === '' ? ('linux_cgroups_devices' as const) : ('linux_cgroups_relative_devices' as const);
  shows([program, 'DevicesApplyInOrder'], 'rules for devices, the later over the earlier', async () => {
    const script =
      'for n in "c 10 200" "c 10 229" "c 1 3"; do rm -f /n; mknod /n $n; (: </n) 2>/dev/null && echo "read $n"; (: >>/n) 2>/dev/null && echo "write $n"; done; true';
    const { out } = await once(`devices${suffix}`, ['sh', '-c', script], (spec) => {
      for (const set of ['bounding', 'effective', 'permitted'] as const)
        spec.process!.capabilities![set]!.push('CAP_MKNOD');
      if (parent !== undefined) spec.linux!.cgroupsPath = `${parent}/devices`;
      spec.linux!.resources!.devices = [
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rwm' },
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 200, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
        { allow: false, type: 'c', major: 10, minor: 229, access: 'w' },
        { allow: false, type: 'c', major: 10, minor: 200, access: 'r' },
      ];
    });
    expect(out.trimEnd().split('\n')).toEqual(['write c 10 200', 'read c 10 229', 'read c 1 3', 'write c 1 3']);
  });
}
test('of devices, too', () => {
  expect(['linux_cgroups_devices', 'linux_cgroups_relative_devices']).toHaveLength(PLACES.length);
});

shows(
  ['CgroupsAbsPathRelToMount', 'CgroupsPathAttach'],
  'the same path is the same place, below where the cgroups are mounted',
  async () => {
    const path = `/${relative}/deep/er`;
    const seen = new Set<string>();
    for (const id of ['first', 'second']) {
      await says('create', '--bundle', bundle(id, ['true'], limitedBy({ pids: { limit: 7 } }, path)), id);
      const there = cgroupDirectories(facts, path).filter((one) => existsSync(one));
      expect(there.length).toBeGreaterThan(0);
      seen.add(there.join(' '));
      const { pid } = await state(id);
      expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`:${path}\n`);
      await says('delete', id);
      for (const one of cgroupDirectories(facts, `/${relative}/deep`))
        if (existsSync(one)) Bun.spawnSync(['rmdir', one]);
    }
    expect(seen.size).toBe(1);
  },
);

shows(['CgroupsPathError'], 'a path that leads elsewhere', async () => {
  for (const path of ['/', '//', '/a/../../b', '..', '.', 'system.slice:limpid:x']) {
    const { code, err } = await run('create', '--bundle', bundle('refused', ['true'], limitedBy({}, path)), 'refused');
    expect({ path, code, err }).toEqual({ path, code: 1, err: expect.stringContaining('"linux.cgroupsPath"') });
    expect(existsSync(`${root}/refused`)).toBe(false);
  }
});

test('unified: files of v2, as they are', async () => {
  const resources: Resources = {
    unified: isV2 ? { 'pids.max': '33', 'memory.high': '33554432' } : { 'cgroup.max.depth': '3' },
  };
  const path = bundle('unified', ['sleep', '1000'], limitedBy(resources));
  await says('run', '--detach', '--bundle', path, 'unified');
  for (const [file, text] of Object.entries(resources.unified!))
    expect([file, value(pathIn(path), file)]).toEqual([file, text]);
  await says('delete', '--force', 'unified');
  for (const name of ['../pids.max', 'a/b', 'cgroup.procs/..', '']) {
    const odd = bundle('odd', ['true'], limitedBy({ unified: { [name]: '1' } }));
    expect([name, (await run('create', '--bundle', odd, 'odd')).err]).toEqual([
      name,
      expect.stringContaining('unified'),
    ]);
  }
  expect(existsSync(`${directory}/odd`)).toBe(true);
});

test('update writes into the same files', async () => {
  const path = bundle('updated', ['sleep', '1000'], limitedBy({ pids: { limit: 10 }, memory: { limit: 32 * MIB } }));
  await says('run', '--detach', '--bundle', path, 'updated');
  await says('update', '--pids-limit', '20', '--memory', '64m', '--cpu-shares', '512', 'updated');
  expect(value(pathIn(path), 'pids.max')).toBe('20');
  expect(value(pathIn(path), isV2 ? 'memory.max' : 'memory.limit_in_bytes')).toBe(`${64 * MIB}`);
  expect(value(pathIn(path), isV2 ? 'cpu.weight' : 'cpu.shares')).toBe(isV2 ? '20' : '512');
  const file = `${directory}/resources.json`;
  await Bun.write(file, JSON.stringify({ pids: { limit: 30 }, memory: { limit: 96 * MIB } }));
  await says('update', '--resources', file, 'updated');
  expect(value(pathIn(path), 'pids.max')).toBe('30');
  expect(value(pathIn(path), isV2 ? 'memory.max' : 'memory.limit_in_bytes')).toBe(`${96 * MIB}`);
  await says('delete', '--force', 'updated');
});
