/** Where a process runs and its memory lies: linux.memoryPolicy, process.execCPUAffinity, linux.timeOffsets. */
import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Linux, RuntimeSpec } from '../../spec/runtime.ts';
import { runtimeScope } from './runtime-bundle.ts';

type MemoryPolicy = NonNullable<Linux['memoryPolicy']>;

const { bundle, directory, once, root, run, says, state } = runtimeScope();

async function refusal(change: (spec: RuntimeSpec) => void): Promise<string> {
  const { code, out, err } = await run('create', '--bundle', bundle('refused', ['true'], change), 'refused');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(existsSync(`${root}/refused`)).toBe(false);
  return err.trimEnd();
}

describe('memoryPolicy', () => {
  // Of /proc/PID/numa_maps: the policy of each mapping.
  const show = 'cut -d" " -f2 /proc/self/numa_maps | sort -u';
  const cases: [MemoryPolicy, string][] = [
    [{ mode: 'MPOL_BIND', nodes: '0' }, 'bind:0'],
    [{ mode: 'MPOL_INTERLEAVE', nodes: '0' }, 'interleave:0'],
    [{ mode: 'MPOL_PREFERRED', nodes: '0' }, 'prefer:0'],
    [{ mode: 'MPOL_PREFERRED_MANY', nodes: '0-0' }, 'prefer (many):0'],
    [{ mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] }, 'bind=static:0'],
    [{ mode: 'MPOL_LOCAL' }, 'local'],
    [{ mode: 'MPOL_DEFAULT' }, 'default'],
  ];
  for (const [policy, shown] of cases)
    test(JSON.stringify(policy), async () => {
      const { code, out, err } = await once(
        'placed',
        ['sh', '-c', show],
        ({ linux }) => void (linux!.memoryPolicy = policy),
      );
      // The name of one of the modes has a blank in it.
      const [first = ''] = shown.split(' ');
      expect({ code, out: out.trimEnd().split('\n'), err }).toEqual({
        code: 0,
        out: expect.arrayContaining([first]),
        err: '',
      });
      if (shown !== 'default') expect(out).not.toMatch(/^default$/m);
    });

  test('what there is not', async () => {
    const policy = (value: MemoryPolicy) => refusal(({ linux }) => void (linux!.memoryPolicy = value));
    expect(await policy({ mode: 'MPOL_NOSUCH' })).toContain('"linux.memoryPolicy.mode"');
    expect(await policy({ mode: 'MPOL_BIND', nodes: 'zero' })).toContain('"linux.memoryPolicy.nodes"');
    expect(await policy({ mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_NOSUCH'] })).toContain(
      '"linux.memoryPolicy.flags',
    );
    expect(await policy({ mode: 'MPOL_BIND', nodes: '63' })).toMatch(/EINVAL[^\n]*for linux\.memoryPolicy/);
    expect(await policy({ mode: 'MPOL_BIND' })).toMatch(/linux\.memoryPolicy/);
  });
});

describe('execCPUAffinity', () => {
  const last = navigator.hardwareConcurrency - 1;
  const show = ['grep', 'Cpus_allowed_list', '/proc/self/status'];

  async function allowed(execCPUAffinity: Record<string, string>): Promise<string> {
    const process = { cwd: '/', args: show, env: ['PATH=/bin'], user: { uid: 0, gid: 0 }, execCPUAffinity };
    writeFileSync(`${directory}/process.json`, JSON.stringify(process));
    const { out, err } = await run('exec', '--process', `${directory}/process.json`, 'lab');
    return (out.split('\t')[1] ?? err).trimEnd();
  }

  test('before the process is in its cgroup, and when it is there', async () => {
    await says('run', '--detach', '--bundle', bundle('lab', ['sleep', '1000']), 'lab');
    expect(await allowed({ initial: '0' })).toBe('0');
    expect(await allowed({ final: `${last}` })).toBe(`${last}`);
    expect(await allowed({ initial: '0', final: `${last}` })).toBe(`${last}`);
    const everywhere = readFileSync('/proc/self/status', 'utf8').match(/Cpus_allowed_list:\t(.*)/)![1];
    expect(await allowed({})).toBe(everywhere!);
    // That of the container's first process is its own business.
    expect(readFileSync(`/proc/${(await state('lab')).pid}/status`, 'utf8')).toContain(
      `Cpus_allowed_list:\t${everywhere}\n`,
    );
  });

  test('of the container’s process, for what is executed', async () => {
    const path = bundle('other', ['sleep', '1000'], ({ process }) => void (process!.execCPUAffinity = { final: '0' }));
    await says('run', '--detach', '--bundle', path, 'other');
    expect(await says('exec', 'other', ...show)).toBe('Cpus_allowed_list:\t0');
    expect(await says('exec', 'other', ...show)).toBe('Cpus_allowed_list:\t0');
    await says('delete', '--force', 'other');
  });

  test('what there is not', async () => {
    for (const [field, value] of [
      ['initial', 'x'],
      ['final', '0-'],
      ['final', '3-1'],
    ] as const)
      expect(await allowed({ [field]: value })).toContain(`"process.execCPUAffinity.${field}"`);
    expect(await allowed({ final: '8000' })).toMatch(/EINVAL[^\n]*for process\.execCPUAffinity\.final/);
    await says('delete', '--force', 'lab');
  });
});

describe('timeOffsets', () => {
  const shifted = ({ linux }: RuntimeSpec) => {
    linux!.namespaces!.push({ type: 'time' });
    linux!.timeOffsets = { monotonic: { secs: 1000, nanosecs: 5 }, boottime: { secs: 2_000_000 } };
  };

  test('clocks of a time namespace', async () => {
    const { out, err } = await once(
      'shifted',
      ['sh', '-c', 'cat /proc/self/timens_offsets; cut -d. -f1 /proc/uptime'],
      shifted,
    );
    expect(err).toBe('');
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(0, 2).map((line) => line.split(/\s+/))).toEqual([
      ['monotonic', '1000', '5'],
      ['boottime', '2000000', '0'],
    ]);
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split('.')[0]);
    expect(Math.abs(Number(lines[2]) - uptime - 2_000_000)).toBeLessThan(60);
  });

  test('without that namespace', async () => {
    expect(await refusal(({ linux }) => void (linux!.timeOffsets = { boottime: { secs: 1 } }))).toContain(
      '"linux.timeOffsets"',
    );
  });
});
