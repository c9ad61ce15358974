import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { BUSYBOX, finish, privateWorld } from './limpid.ts';
import { cgroupDirectory, cgroupValue } from './cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';

const { says, limpid } = privateWorld();
const LAB = ['--name', 'lab', '--hostname', 'lab', '--memory', '128m', '--cpus', '0.5', '--pids-limit', '64'];

let id = '';
let pid = 0;

beforeAll(async () => {
  id = await says('run', '-d', ...LAB, BUSYBOX, 'sleep', 'infinity');
  pid = Number(await says('inspect', 'lab', '--format', '{{.State.Pid}}'));
});

describe('what the user sees', () => {
  test('run -d prints the id', () => expect(id).toMatch(/^[0-9a-f]{64}$/));

  test('ps is a table of one', async () => {
    const [heading, line, ...more] = (await says('ps')).split('\n');
    expect(heading!.split(/ {2,}/)).toEqual([
      'CONTAINER ID',
      'IMAGE',
      'COMMAND',
      'CREATED',
      'STATUS',
      'PORTS',
      'NAMES',
    ]);
    expect(line!.split(/ {2,}/).slice(0, 3)).toEqual([id.slice(0, 12), 'builtin:busybox', 'sleep infinity']);
    const age = '(Less than a second|(\\d+|About a) (second|minute)s?)';
    expect(line).toMatch(new RegExp(` {2}${age} ago {2,}Up ${age} {2,}lab$`));
    expect(more).toEqual([]);
  });

  test('exec lab ps -ef sees its own processes alone', async () => {
    const lines = (await says('exec', 'lab', 'ps', '-ef')).split('\n').map((line) => line.trim().split(/\s+/));
    expect(lines[0]).toEqual(['PID', 'USER', 'COMMAND']);
    expect(lines[1]).toEqual(['1', 'root', 'sleep', 'infinity']);
    expect(lines[2]!.slice(2)).toEqual(['ps', '-ef']);
    expect(lines.length).toBe(3);
  });

  test('top shows them with the numbers of the host', async () => {
    const [heading, ...lines] = (await says('top', 'lab')).split('\n');
    expect(heading!.split(/\s+/)).toEqual(['USER', 'PID', 'PPID', '%CPU', 'ELAPSED', 'TTY', 'TIME', 'COMMAND']);
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatch(/^root +1 +0 .* sleep infinity$/);
    expect((await says('top', 'lab', 'hpid', 'comm')).split('\n')[1]!.split(/\s+/)).toEqual([String(pid), 'sleep']);
  });

  test('stats --no-stream is a table of one, with the limit', async () => {
    const [heading, line, ...more] = (await says('stats', '--no-stream', 'lab')).split('\n');
    const headings = [
      'ID',
      'NAME',
      'CPU %',
      'MEM USAGE / LIMIT',
      'MEM %',
      'NET IO',
      'BLOCK IO',
      'PIDS',
      'CPU TIME',
      'AVG CPU %',
    ];
    expect(heading!.split(/ {2,}/)).toEqual(headings);
    expect(line).toMatch(new RegExp(`^${id.slice(0, 12)} +lab +[0-9.]+% +[0-9.]+[kM]?B / 134\\.2MB +[0-9.]+% .* 1 `));
    expect(more).toEqual([]);
  });
});

describe("the machine's ordinary tools agree", () => {
  test('lsns: its own namespaces', async () => {
    const { out } = await finish(['lsns', '--noheadings', '--output', 'TYPE,PID,COMMAND', '--task', String(pid)]);
    const own = out
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const types = own.filter(([, first]) => first === String(pid)).map(([type]) => type);
    expect(types.toSorted()).toEqual(['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts']);
  });

  test('nsenter -a enters it', async () => {
    const { code, out } = await finish([
      'nsenter',
      '-t',
      String(pid),
      '-a',
      'sh',
      '-c',
      'hostname; ls /; cat /proc/1/comm',
    ]);
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    expect([lines[0], lines.at(-1)]).toEqual(['lab', 'sleep']);
    expect(lines).not.toContain('boot');
  });

  test('/proc/PID/cgroup leads to its limits', () => {
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`:/limpid/limpid-${id}\n`);
    if (gatherFacts().cgroup.mode === 'v2') {
      expect(cgroupValue(pid, 'memory', 'memory.max')).toBe('134217728');
      expect(cgroupValue(pid, 'cpu', 'cpu.max')).toBe('50000 100000');
    } else {
      expect(cgroupValue(pid, 'memory', 'memory.limit_in_bytes')).toBe('134217728');
      expect(cgroupValue(pid, 'cpu', 'cpu.cfs_quota_us')).toBe('50000');
      expect(cgroupValue(pid, 'cpu', 'cpu.cfs_period_us')).toBe('100000');
    }
    expect(cgroupValue(pid, 'pids', 'pids.max')).toBe('64');
    expect(cgroupDirectory(pid, 'pids')).toEndWith(`/limpid/limpid-${id}`);
  });

  test('pstree: the monitor, and below it the process', async () => {
    const monitor = await says('inspect', 'lab', '--format', '{{.State.ConmonPid}}');
    const { out } = await finish(['pstree', '-A', monitor]);
    expect(out).toBe('limpid-monitor---sleep\n');
  });

  test('GraphDriver: a written file is in UpperDir and MergedDir, not in LowerDir', async () => {
    await says('exec', 'lab', 'sh', '-c', 'echo written > /root/file');
    const { Name, Data } = JSON.parse(await says('inspect', 'lab', '--format', '{{json .GraphDriver}}'));
    expect(Name).toBe('overlay');
    expect(Object.keys(Data).toSorted()).toEqual(['LowerDir', 'MergedDir', 'UpperDir', 'WorkDir']);
    expect(readFileSync(`${Data.UpperDir}/root/file`, 'utf8')).toBe('written\n');
    expect(readFileSync(`${Data.MergedDir}/root/file`, 'utf8')).toBe('written\n');
    expect([existsSync(`${Data.LowerDir}/root`), existsSync(`${Data.LowerDir}/root/file`)]).toEqual([true, false]);
    expect(existsSync(Data.WorkDir)).toBe(true);
  });
});

test('stop, start, rm -f', async () => {
  // `sleep` as process 1 has no handler, so the kernel drops SIGTERM: the wait runs out.
  expect(await says('stop', '-t', '0', 'lab')).toBe('lab');
  expect(await says('ps', '-a', '--format', '{{.Names}} {{.State}} {{.ExitCode}}')).toBe('lab exited 137');
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect(await says('start', 'lab')).toBe('lab');
  const again = Number(await says('inspect', 'lab', '--format', '{{.State.Pid}}'));
  expect(readlinkSync(`/proc/${again}/ns/uts`)).not.toBe(readlinkSync('/proc/self/ns/uts'));
  expect(await says('exec', 'lab', 'cat', '/root/file')).toBe('written');
  expect(await says('rm', '-f', 'lab')).toBe('lab');
  expect(await says('ps', '-aq')).toBe('');
  expect((await limpid('inspect', 'lab')).code).toBe(125);
});
