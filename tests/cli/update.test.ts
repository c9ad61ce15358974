/** `update`: limits of containers that are there, by what their cgroups hold. */
import { expect, test } from 'bun:test';
import { gatherFacts } from '../../kernel/facts.ts';
import { cgroupValue, isV2 } from './cgroup.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { says, limpid } = privateWorld();
const { swapAccounting } = gatherFacts().cgroup;
const error = (message: string) => ({ code: 125, out: '', err: `Error: cannot ${message}\n` });

async function pidOf(name: string): Promise<number> {
  return Number(await says('inspect', '-f', '{{.State.Pid}}', name));
}

/** Memory in MiB, quota and period, processes. */
function limitsOf(pid: number): string {
  const memory = Number(cgroupValue(pid, 'memory', isV2 ? 'memory.max' : 'memory.limit_in_bytes')) >> 20;
  const cpu = isV2
    ? cgroupValue(pid, 'cpu', 'cpu.max')
    : ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => cgroupValue(pid, 'cpu', file)).join(' ');
  return `${memory} ${cpu} ${cgroupValue(pid, 'pids', 'pids.max')}`;
}

test('what is named changes at once and for every later start, what is not stays', async () => {
  const limits = ['--memory', '64m', '--memory-reservation', '16m', '--cpus', '0.5', '--pids-limit', '10'];
  await says('run', '-d', '--name', 'changed', ...limits, BUSYBOX, 'sleep', 'infinity');
  const pid = await pidOf('changed');
  expect(limitsOf(pid)).toBe('64 50000 100000 10');
  expect(await says('update', '--memory', '128m', 'changed')).toBe('changed');
  expect(limitsOf(pid)).toBe('128 50000 100000 10');
  await says('update', '--memory', '32m', '--cpus', '1.5', '--pids-limit', '-1', 'changed');
  expect(limitsOf(pid)).toBe('32 150000 100000 max');
  if (swapAccounting && !isV2) expect(cgroupValue(pid, 'memory', 'memory.memsw.limit_in_bytes')).toBe(String(64 << 20));
  await says('restart', '-t', '0', 'changed');
  expect(limitsOf(await pidOf('changed'))).toBe('32 150000 100000 max');
  const format = '{{.HostConfig.Memory}} {{.HostConfig.MemoryReservation}} {{.HostConfig.NanoCpus}} {{.Name}}';
  expect(await says('inspect', '-f', format, 'changed')).toBe(`${32 << 20} ${16 << 20} 1500000000 changed`);
  await says('rm', '-f', '-t', '0', 'changed');
});

test('a container that does not run begins with them; several at once', async () => {
  for (const name of ['one', 'two']) await says('create', '--name', name, BUSYBOX, 'sleep', 'infinity');
  expect(await says('update', '-m', '48m', '--cpus', '0.25', 'one', 'two')).toBe('one\ntwo');
  await says('start', 'two');
  expect(limitsOf(await pidOf('two'))).toBe('48 25000 100000 2048');
  await says('update', '-l', '--pids-limit', '5');
  expect(limitsOf(await pidOf('two'))).toBe('48 25000 100000 5');
  await says('rm', '-f', '-t', '0', 'one', 'two');
});

test('what cannot be changes nothing', async () => {
  await says('run', '-d', '--name', 'same', '--memory', '64m', '--cpus', '1', BUSYBOX, 'sleep', 'infinity');
  const pid = await pidOf('same');
  expect(await limpid('update', 'same')).toEqual(error('use update: no limit is named (hint: such as --memory 256m)'));
  expect(await limpid('update', '-m', '1', 'same')).toEqual(
    error('use -m 1: the kernel starts no process in less than 512k'),
  );
  expect(await limpid('update', '--memory', '1g', '--memory-swap', '512m', 'same')).toEqual(
    error('use --memory-swap 512m: memory and swap together cannot be less than --memory 1g'),
  );
  expect(await limpid('update', '-m', '1g', 'none')).toEqual(
    error('find container "none": there is no such container (hint: `limpid ps -a` lists all)'),
  );
  if (!isV2)
    expect((await limpid('update', '--cgroup-conf', 'memory.high=1', 'same')).err).toStartWith(
      'Error: cannot enforce "linux.resources.unified.memory.high": the cgroup controller "memory" is missing',
    );
  expect(limitsOf(pid)).toBe('64 100000 100000 2048');
  expect(await says('inspect', '-f', '{{.HostConfig.Memory}}', 'same')).toBe(String(64 << 20));
  await says('rm', '-f', '-t', '0', 'same');
});

test('on v1 a hierarchy is joined at the start, on v2 all is there', async () => {
  await says('run', '-d', '--name', 'outside', BUSYBOX, 'sleep', 'infinity');
  const refused = error(
    'update container "outside": it was started without a cgroup for linux.resources.cpu.cpus, and gets one (v1) only when it starts (hint: stop it, update it, start it)',
  );
  const done = { code: 0, out: 'outside\n', err: '' };
  expect(await limpid('update', '--cpuset-cpus', '0', 'outside')).toEqual(isV2 ? done : refused);
  await says('stop', '-t', '0', 'outside');
  await says('update', '--cpuset-cpus', '0', 'outside');
  await says('start', 'outside');
  expect(cgroupValue(await pidOf('outside'), 'cpuset', 'cpuset.cpus')).toBe('0');
  await says('rm', '-f', '-t', '0', 'outside');
});
