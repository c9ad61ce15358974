import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { gatherFacts } from '../../kernel/facts.ts';
import { cgroupDirectory, cgroupValue, isV2 } from './cgroup.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { says, limpid } = privateWorld();
const { hierarchies, swapAccounting } = gatherFacts().cgroup;

async function started(...options: string[]): Promise<number> {
  await says('run', '-d', '--replace', '--name', 'limited', ...options, BUSYBOX, 'sleep', 'infinity');
  return Number(await says('inspect', '-f', '{{.State.Pid}}', 'limited'));
}

describe('what the cgroup files hold', () => {
  test('--memory with --memory-swap and --memory-reservation', async () => {
    const swap = swapAccounting ? ['--memory-swap', '96m'] : [];
    const pid = await started('--memory', '64m', '--memory-reservation', '32m', ...swap);
    expect(cgroupValue(pid, 'memory', isV2 ? 'memory.max' : 'memory.limit_in_bytes')).toBe(String(64 << 20));
    expect(cgroupValue(pid, 'memory', isV2 ? 'memory.low' : 'memory.soft_limit_in_bytes')).toBe(String(32 << 20));
    if (!swapAccounting) return;
    // v2 counts swap alone, v1 memory and swap together.
    if (isV2) expect(cgroupValue(pid, 'memory', 'memory.swap.max')).toBe(String(32 << 20));
    else expect(cgroupValue(pid, 'memory', 'memory.memsw.limit_in_bytes')).toBe(String(96 << 20));
  });

  test('--cpu-shares, and the weight that the kernel makes of them', async () => {
    const pid = await started('--cpu-shares', '512');
    if (isV2) expect(Number(cgroupValue(pid, 'cpu', 'cpu.weight'))).toBeOneOf([20, 59]);
    else expect(cgroupValue(pid, 'cpu', 'cpu.shares')).toBe('512');
  });

  test('--cpu-period and --cpu-quota', async () => {
    const pid = await started('--cpu-period', '50000', '--cpu-quota', '20000');
    if (isV2) expect(cgroupValue(pid, 'cpu', 'cpu.max')).toBe('20000 50000');
    else
      expect(['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => cgroupValue(pid, 'cpu', file))).toEqual([
        '20000',
        '50000',
      ]);
  });

  test('--cpuset-cpus and --cpuset-mems, and the scheduler obeys', async () => {
    const pid = await started('--cpuset-cpus', '0', '--cpuset-mems', '0');
    expect(cgroupValue(pid, 'cpuset', 'cpuset.cpus')).toBe('0');
    expect(await says('exec', 'limited', 'grep', 'Cpus_allowed_list', '/proc/self/status')).toBe(
      'Cpus_allowed_list:\t0',
    );
    const { code, err } = await limpid('run', '--rm', '--cpuset-cpus', '77', BUSYBOX, 'true');
    expect([code, err.split('\n').length]).toEqual([125, 2]);
    expect(err).toContain('the parent cgroup does not have all of these, for --cpuset-cpus 77');
  });

  test('--pids-limit, and the kernel enforces it', async () => {
    const pid = await started('--pids-limit', '5');
    expect(cgroupValue(pid, 'pids', 'pids.max')).toBe('5');
    const forks = 'for i in 1 2 3 4 5 6; do sleep 1000 >/dev/null 2>&1 & done';
    const { err } = await limpid('exec', 'limited', 'sh', '-c', forks);
    expect(err).toContain("can't fork: Resource temporarily unavailable");
    expect(cgroupValue(await started('--pids-limit', '-1'), 'pids', 'pids.max')).toBe('max');
  });

  test('--blkio-weight, where the controller takes it', async () => {
    const controller = isV2 ? 'io' : 'blkio';
    const { code, err } = await limpid(
      'run',
      '-d',
      '--replace',
      '--name',
      'limited',
      '--blkio-weight',
      '300',
      BUSYBOX,
      'sleep',
      'infinity',
    );
    // Without BFQ or iocost the file is not there: then the answer is an error that names it.
    if (code === 125) return expect(err).toMatch(/^Error: cannot [^\n]*weight[^\n]*\n$/);
    const pid = Number(await says('inspect', '-f', '{{.State.Pid}}', 'limited'));
    const directory = cgroupDirectory(pid, controller);
    // Which of them counts is the scheduler's matter. The scale of io.weight is another: 1 + (300 - 10) * 9999 / 990.
    const holding = {
      'io.weight': 'default 2930',
      'io.bfq.weight': 'default 300',
      'blkio.weight': '300',
      'blkio.bfq.weight': '300',
    };
    const there = Object.entries(holding).filter(([file]) => existsSync(`${directory}/${file}`));
    expect(there.some(([file, value]) => cgroupValue(pid, controller, file) === value)).toBe(true);
  });

  test('--cgroup-parent', async () => {
    const pid = await started('--cgroup-parent', '/limpid/limpid-parent-of-a-test');
    const id = await says('inspect', '-f', '{{.Id}}', 'limited');
    expect(cgroupDirectory(pid, 'pids')).toEndWith(`/limpid/limpid-parent-of-a-test/limpid-${id}`);
    await says('rm', '-f', '-t', '0', 'limited');
    for (const root of new Set([
      ...hierarchies.map(({ mountPoint }) => mountPoint),
      '/sys/fs/cgroup/unified',
      '/sys/fs/cgroup',
    ])) {
      await Bun.$`rmdir ${root}/limpid/limpid-parent-of-a-test`.quiet().nothrow();
    }
  });

  test('inside, the cgroup is the root of what is seen, and read-only', async () => {
    await started('--memory', '64m');
    const file = isV2 ? '/sys/fs/cgroup/memory.max' : '/sys/fs/cgroup/memory/memory.limit_in_bytes';
    expect(await says('exec', 'limited', 'cat', file)).toBe(String(64 << 20));
    expect((await limpid('exec', 'limited', 'sh', '-c', `echo 1 > ${file}`)).err).toContain('Read-only file system');
  });
});

test('a limit that this machine cannot enforce is an error that names the controller', async () => {
  expect(await limpid('run', '--name', 'refused', '--cgroup-conf', 'nosuch.max=1', BUSYBOX, 'true')).toEqual({
    code: 125,
    out: '',
    err:
      'Error: cannot enforce "--cgroup-conf nosuch.max=1": the cgroup controller "nosuch" is missing on this host, and with it ' +
      'nosuch.max (hint: limpid info lists the controllers; /proc/cgroups tells which are disabled in the kernel)\n',
  });
  expect(await says('ps', '-aq', '--filter', 'name=refused')).toBe('');
});

describe('an OOM kill is told as such', () => {
  const EATS = ['sh', '-c', 'x=$(head -c 200000000 /dev/zero | tr "\\0" x); echo survived'];
  test('State.OOMKilled, exit code 137', async () => {
    const swap = swapAccounting ? ['--memory-swap', '16m'] : [];
    const { code, out } = await limpid('run', '--name', 'eater', '--memory', '16m', ...swap, BUSYBOX, ...EATS);
    expect([code, out]).toEqual([137, '']);
    expect(await says('inspect', '-f', '{{.State.OOMKilled}} {{.State.ExitCode}} {{.State.Status}}', 'eater')).toBe(
      'true 137 exited',
    );
    await says('rm', 'eater');
  });
  test('a kill that was none is not', async () => {
    await says('run', '-d', '--name', 'killed', '--memory', '16m', BUSYBOX, 'sleep', 'infinity');
    await says('kill', 'killed');
    await says('wait', 'killed');
    expect(await says('inspect', '-f', '{{.State.OOMKilled}} {{.State.ExitCode}}', 'killed')).toBe('false 137');
    await says('rm', 'killed');
  });
});

describe('stats', () => {
  test('what the kernel counts, as JSON', async () => {
    const pid = await started('--memory', '64m', '--pids-limit', '9');
    const [row] = JSON.parse(await says('stats', '--no-stream', '--format', 'json', 'limited'));
    expect([row.name, row.pids]).toEqual(['limited', '1']);
    expect(row.mem_usage).toEndWith(' / 67.11MB');
    expect(cgroupValue(pid, 'pids', 'pids.current')).toBe('1');
  });
  test('a template, and all that run', async () => {
    expect(await says('stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}')).toBe('limited 1');
  });
});
