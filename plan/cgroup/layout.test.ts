import { describe, expect, test } from 'bun:test';
import { LimpidError } from '../../base/error.ts';
import { HYBRID, V1, V2 } from '../../tests/golden/facts.ts';
import { CONTEXT, DEFAULT_SPEC } from '../../tests/golden/specs.ts';
import type { Resources } from '../../spec/runtime.ts';
import type { CgroupFacts, HostFacts } from '../facts.ts';
import { launchRequest } from '../request.ts';
import { cgroupLayout, cgroupName } from './layout.ts';

const layout = (resources: Resources, facts: HostFacts, because: Record<string, string> = {}) => {
  const spec = {
    ...DEFAULT_SPEC,
    linux: { ...DEFAULT_SPEC.linux, resources: { ...DEFAULT_SPEC.linux.resources, ...resources } },
  };
  return cgroupLayout(launchRequest(spec, { ...CONTEXT, because }, facts));
};
const without = (facts: HostFacts, controller: string): HostFacts => {
  const cgroup: CgroupFacts = {
    ...facts.cgroup,
    unifiedControllers: facts.cgroup.unifiedControllers.filter((name) => name !== controller),
    hierarchies: facts.cgroup.hierarchies.filter(({ controllers }) => !controllers.includes(controller)),
  };
  return { ...facts, cgroup };
};
const failure = (action: () => unknown): string => {
  try {
    return `no error, but ${JSON.stringify(action())}`;
  } catch (error) {
    return error instanceof LimpidError ? `${error.code}: ${error.message}` : String(error);
  }
};

describe('which hierarchies', () => {
  const names = (facts: HostFacts, resources: Resources = {}) =>
    layout(resources, facts).v1.map(({ mountPoint }) => mountPoint.slice('/sys/fs/cgroup/'.length));

  test('without limits: those that stats and device rules need', () => {
    expect(names(HYBRID)).toEqual(['cpu,cpuacct', 'memory', 'devices', 'blkio', 'pids']);
  });

  test('a controller that a hybrid host has on v2 alone', () => {
    const some: HostFacts = {
      ...without(HYBRID, 'hugetlb'),
      cgroup: { ...without(HYBRID, 'hugetlb').cgroup, unifiedControllers: ['hugetlb'] },
    };
    const resources = { hugepageLimits: [{ pageSize: '2MB', limit: 4096 }], memory: { swappiness: 5 } };
    const { v1, unified } = layout(resources, some);
    expect(unified).toMatchObject({
      controllers: ['hugetlb'],
      limits: [{ file: 'hugetlb.2MB.max', value: '4096', controller: 'hugetlb' }],
    });
    expect(v1.flatMap(({ limits }) => limits.map(({ file }) => file))).toEqual(['memory.swappiness']);
  });

  test('without the unified one also freezer and the session manager’s', () => {
    expect(names(V1)).toEqual(['cpu,cpuacct', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'systemd']);
  });

  test('with every device allowed not the devices one', () => {
    expect(names(HYBRID, { devices: [{ allow: true }] })).toEqual(['cpu,cpuacct', 'memory', 'blkio', 'pids']);
  });

  test('with a limit its own too', () => {
    expect(names(HYBRID, { cpu: { mems: '0' } })).toEqual([
      'cpu,cpuacct',
      'cpuset',
      'memory',
      'devices',
      'blkio',
      'pids',
    ]);
    expect(names(HYBRID, { network: { classID: 1 } })).toContain('net_cls,net_prio');
  });
});

describe('controllers handed down on v2', () => {
  test('are those of stats and of the limits that are asked for', () => {
    expect(layout({}, V2).unified?.controllers).toEqual(['io', 'memory', 'pids']);
    expect(layout({ cpu: { shares: 2 }, unified: { 'cgroup.max.depth': '3' } }, V2).unified?.controllers).toEqual([
      'cpu',
      'io',
      'memory',
      'pids',
    ]);
  });
});

describe('a limit that this host cannot enforce', () => {
  const hint = '(hint: limpid info lists the controllers; /proc/cgroups tells which are disabled in the kernel)';

  test('names the flag and the missing controller', () => {
    const because = { 'linux.resources.pids.limit': '--pids-limit 64' };
    const on = (facts: HostFacts) => failure(() => layout({ pids: { limit: 64 } }, without(facts, 'pids'), because));
    const message = `ECONTROLLER: cannot enforce "--pids-limit 64": the cgroup controller "pids" is missing on this host, and with it pids.max ${hint}`;
    expect(on(V2)).toBe(message);
    expect(on(HYBRID)).toBe(message);
  });

  test('is no error where nothing was asked of the controller', () => {
    expect(layout({}, without(V2, 'pids')).unified?.controllers).toEqual(['io', 'memory']);
    expect(
      layout({ pids: { limit: 0 }, memory: { limit: -1 } }, without(without(V2, 'pids'), 'memory')).unified?.limits,
    ).toEqual([]);
  });

  test('names the unified hierarchy for a key of cgroup v2', () => {
    expect(failure(() => layout({ unified: { 'memory.high': '1' } }, HYBRID))).toBe(
      `ECONTROLLER: cannot enforce "linux.resources.unified.memory.high": the cgroup controller "memory" is missing on this host, and with it memory.high ${hint}`,
    );
  });

  test('may be swap', () => {
    const facts = { ...V2, cgroup: { ...V2.cgroup, swapAccounting: false } };
    expect(failure(() => layout({ memory: { limit: 2, swap: 4 } }, facts))).toBe(
      'ECONTROLLER: cannot enforce "linux.resources.memory.swap": the cgroup controller "memory" does not account swap on this host (hint: boot with swapaccount=1, or leave swap unlimited)',
    );
    expect(layout({ memory: { limit: 2, swap: -1 } }, facts).unified?.limits.map(({ file }) => file)).toEqual([
      'memory.max',
    ]);
  });

  test('may be devices', () => {
    expect(failure(() => layout({}, without(V1, 'devices')))).toStartWith(
      'ECONTROLLER: cannot enforce "linux.resources.devices":',
    );
    expect(layout({}, without(HYBRID, 'devices')).deviceControl).toBe('ebpf');
  });
});

describe('what v2 cannot express', () => {
  test.each([
    ['memory.swappiness', { memory: { swappiness: 0 } }],
    ['memory.disableOOMKiller', { memory: { disableOOMKiller: true } }],
    ['cpu.realtimeRuntime', { cpu: { realtimeRuntime: 5 } }],
    ['network.classID', { network: { classID: 7 } }],
  ] as [string, Resources][])('%s', (field, resources) => {
    expect(failure(() => layout(resources, V2))).toBe(
      `ESPEC: cannot plan "linux.resources.${field}": exists on cgroup v1 only, and this host has v2`,
    );
    expect(layout(resources, HYBRID).v1.flatMap(({ limits }) => limits.map((limit) => limit.field))).toEqual([field]);
  });
});

describe('values', () => {
  const values = (facts: HostFacts, resources: Resources) => {
    const { v1, unified } = layout(resources, facts);
    return [...v1, ...(unified ? [unified] : [])].flatMap(({ limits }) =>
      limits.map(({ file, value }) => `${file} ${value}`),
    );
  };

  test('of memory and swap', () => {
    expect(values(HYBRID, { memory: { limit: 8, swap: 8 } })).toEqual([
      'memory.limit_in_bytes 8',
      'memory.memsw.limit_in_bytes 8',
    ]);
    expect(values(V2, { memory: { limit: 8, swap: 8 } })).toEqual(['memory.max 8', 'memory.swap.max 0']);
    expect(failure(() => values(V2, { memory: { swap: 8 } }))).toBe(
      'ESPEC: cannot plan "linux.resources.memory.swap": needs linux.resources.memory.limit beside it',
    );
    expect(failure(() => values(V2, { memory: { limit: 9, swap: 8 } }))).toBe(
      'ESPEC: cannot plan "linux.resources.memory.swap": 8 is less than memory.limit 9',
    );
  });

  test('that are 0 or -1 are left as a new cgroup has them', () => {
    const resources = {
      memory: { limit: 0, swap: -1, reservation: 0 },
      cpu: { shares: 0, quota: -1 },
      pids: { limit: -1 },
    };
    expect(values(HYBRID, resources)).toEqual([]);
    expect(values(V2, resources)).toEqual([]);
  });

  test('of a period without a quota', () => {
    expect(values(V2, { cpu: { period: 5000 } })).toEqual(['cpu.max max 5000']);
    expect(values(HYBRID, { cpu: { period: 5000, quota: -1 } })).toEqual(['cpu.cfs_period_us 5000']);
  });

  test('of a cpuset on v1, which needs both its files', () => {
    expect(values(HYBRID, { cpu: { mems: '0' } })).toEqual(['cpuset.cpus 0-3', 'cpuset.mems 0']);
    expect(values(V2, { cpu: { mems: '0' } })).toEqual(['cpuset.mems 0']);
  });

  test('of I/O weights, by the file that the host has', () => {
    const bfq = { ...V2, cgroup: { ...V2.cgroup, ioWeightFile: 'io.bfq.weight' } };
    const blockIO = { weight: 500, weightDevice: [{ major: 8, minor: 0, weight: 10 }] };
    expect(values(V2, { blockIO })).toEqual(['io.weight 4950', 'io.weight 8:0 1']);
    expect(values(bfq, { blockIO })).toEqual(['io.bfq.weight 500', 'io.bfq.weight 8:0 10']);
    expect(values(HYBRID, { blockIO })).toEqual(['blkio.bfq.weight 500', 'blkio.bfq.weight_device 8:0 10']);
  });

  test('of rdma', () => {
    expect(values(V2, { rdma: { mlx5_0: { hcaHandles: 2, hcaObjects: 3 } } })).toEqual([
      'rdma.max mlx5_0 hca_handle=2 hca_object=3',
    ]);
  });
});

describe('unified keys', () => {
  test.each([
    '../x',
    'memory/high',
    'memory',
    'cgroup.procs',
    'cgroup.subtree_control',
    'cgroup.kill',
    'memory..high',
    'x.\n',
  ])('%p is refused', (key) => {
    expect(failure(() => layout({ unified: { [key]: '1' } }, V2))).toMatch(
      /^ESPEC: cannot plan "linux\.resources\.unified\./,
    );
  });
});

describe('cgroupName', () => {
  test.each([
    [undefined, '/limpid/limpid-x'],
    ['', '/limpid/limpid-x'],
    ['/a//b/', '/a/b'],
    ['a/./b', '/a/b'],
  ])('%p is %s', (path, name) => expect(cgroupName(path, 'x')).toBe(name));

  test.each(['/', '/a/../b', '..', 'system.slice:limpid:x'])('%p is refused', (path) => {
    expect(failure(() => cgroupName(path, 'x'))).toStartWith('ESPEC: cannot plan "linux.cgroupsPath": ');
  });
});
