/** `update`: each of its flags, and what the kernel's files say then. */
import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { controllerDirectory } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, run, runWith, says } = runtimeScope();
const { cgroup: facts } = gatherFacts();
const isV2 = facts.mode === 'v2';
const MIB = 2 ** 20;

beforeAll(() => says('run', '--detach', '--bundle', bundle('up', ['sleep', '1000']), 'up'));

function fileOf(name: string): string {
  const { linux } = JSON.parse(readFileSync(`${directory}/up/config.json`, 'utf8'));
  const controller = name.split('.')[0]!.replace(/^io$/, isV2 ? 'io' : 'blkio');
  return `${controllerDirectory(facts, controller, linux.cgroupsPath)}/${name}`;
}

const valueOf = (name: string): string => readFileSync(fileOf(name), 'utf8').trim();

type Files = Readonly<Record<string, string>>;

/** One after the other, in one container. */
const FLAGS: readonly (readonly [words: string, v1: Files, v2: Files])[] = [
  [
    '--cpu-period 50000 --cpu-quota 20000 --cpu-share 300',
    { 'cpu.cfs_period_us': '50000', 'cpu.cfs_quota_us': '20000', 'cpu.shares': '300' },
    { 'cpu.max': '20000 50000', 'cpu.weight': '12' },
  ],
  ['--cpu-burst 5000', { 'cpu.cfs_burst_us': '5000' }, { 'cpu.max.burst': '5000' }],
  ['--cpu-burst 0 --cpu-quota -1', { 'cpu.cfs_quota_us': '-1' }, { 'cpu.max': 'max 50000' }],
  ['--cpu-idle 1', { 'cpu.idle': '1' }, { 'cpu.idle': '1' }],
  // Who is idle takes no shares: what is not asked for is not written.
  ['--pids-limit 9', { 'pids.max': '9', 'cpu.idle': '1' }, { 'pids.max': '9', 'cpu.idle': '1' }],
  ['--cpu-idle 0', { 'cpu.idle': '0', 'cpu.shares': '300' }, { 'cpu.idle': '0', 'cpu.weight': '12' }],
  ['--pids-limit -1', { 'pids.max': 'max' }, { 'pids.max': 'max' }],
  [
    '--cpuset-cpus 0 --cpuset-mems 0',
    { 'cpuset.cpus': '0', 'cpuset.mems': '0' },
    { 'cpuset.cpus': '0', 'cpuset.mems': '0' },
  ],
  [
    '--memory 64m --memory-swap 128m --memory-reservation 32m',
    {
      'memory.limit_in_bytes': `${64 * MIB}`,
      'memory.memsw.limit_in_bytes': `${128 * MIB}`,
      'memory.soft_limit_in_bytes': `${32 * MIB}`,
    },
    { 'memory.max': `${64 * MIB}`, 'memory.swap.max': `${64 * MIB}`, 'memory.low': `${32 * MIB}` },
  ],
  // On v2 swap is counted by itself.
  [
    '--memory 32m',
    { 'memory.limit_in_bytes': `${32 * MIB}` },
    { 'memory.max': `${32 * MIB}`, 'memory.swap.max': `${96 * MIB}` },
  ],
  [
    '--memory -1 --memory-reservation -1',
    {
      'memory.limit_in_bytes': '9223372036854771712',
      'memory.memsw.limit_in_bytes': '9223372036854771712',
      'memory.soft_limit_in_bytes': '9223372036854771712',
    },
    { 'memory.max': 'max', 'memory.swap.max': 'max', 'memory.low': 'max' },
  ],
];

describe('each flag', () => {
  for (const [words, v1, v2] of FLAGS)
    test(words, async () => {
      await says('update', ...words.split(' '), 'up');
      const wanted = isV2 ? v2 : v1;
      expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, valueOf(name)]))).toEqual(wanted);
    });

  test('--blkio-weight', async () => {
    const files = isV2 ? { 'io.bfq.weight': 'default 100', 'io.weight': 'default 910' } : { 'blkio.bfq.weight': '100' };
    const present = Object.entries(files).filter(([name]) => existsSync(fileOf(name)));
    const { code } = await run('update', '--blkio-weight', '100', 'up');
    expect(code).toBe(present.length === 0 ? 1 : 0);
    const [first] = present;
    if (first !== undefined) expect(valueOf(first[0]).split('\n')[0]).toBe(first[1]);
  });

  const V1_ONLY: readonly (readonly [flag: string, value: string, file: string, field: string])[] = [
    ['--kernel-memory', '32m', '', 'memory.kernel'],
    ['--kernel-memory-tcp', '16m', 'memory.kmem.tcp.limit_in_bytes', 'memory.kernelTCP'],
    ['--cpu-rt-period', '900000', 'cpu.rt_period_us', 'cpu.realtimePeriod'],
    ['--cpu-rt-runtime', '0', 'cpu.rt_runtime_us', 'cpu.realtimeRuntime'],
  ];
  for (const [flag, value, file, field] of V1_ONLY)
    test(flag, async () => {
      const { code, err } = await run('update', flag, value, 'up');
      if (isV2 && value !== '0') {
        const why = 'exists on cgroup v1 only, and this host has v2';
        expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`"linux.resources.${field}"`) });
        expect(err).toEndWith(`${why}\n`);
      } else if (file === '' || existsSync(fileOf(file))) {
        expect({ code, err }).toEqual({ code: 0, err: '' });
        if (file !== '') expect(valueOf(file)).toBe(value === '16m' ? `${16 * MIB}` : value);
      } else expect({ code, err }).toEqual({ code: isV2 ? 0 : 1, err: expect.stringContaining(isV2 ? '' : field) });
    });
});

test('--resources: a file, and standard input', async () => {
  expect(await runWith({ input: '{"pids":{"limit":5}}' }, 'update', '--resources', '-', 'up')).toEqual({
    code: 0,
    out: '',
    err: '',
  });
  expect(valueOf('pids.max')).toBe('5');
});

describe('what there is not', () => {
  const cases: Record<string, [message: string, ...words: string[]]> = {
    'a size that is none': [
      'cannot use "much" for --memory: a size such as "128m" is wanted, or -1',
      '--memory',
      'much',
    ],
    'a number that is none': ['cannot use "x" for --cpu-share: a whole number from 0 up is wanted', '--cpu-share', 'x'],
    'a file that is not there': ['cannot read "/nosuch": no such file or directory', '--resources', '/nosuch'],
  };
  for (const [name, [message, ...words]] of Object.entries(cases))
    test(name, async () => {
      expect(await run('update', ...words, 'up')).toEqual({ code: 1, out: '', err: `${message}\n` });
    });

  test('a value in the file', async () => {
    expect(await runWith({ input: '{"pids":{"limit":"x"}}' }, 'update', '-r', '-', 'up')).toEqual({
      code: 1,
      out: '',
      err: 'cannot use "resources.pids.limit" of the runtime spec: "x" is not a whole number\n',
    });
    expect(valueOf('pids.max')).toBe('5');
  });
});
