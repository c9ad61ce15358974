import { beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { Terminal } from '../cli/terminal.ts';
import { runtimeScope } from './runtime-bundle.ts';
import { kill } from '../kill.ts';

const { bundle, directory, run, runWith, says, state, words } = runtimeScope();

beforeAll(async () => {
  await says(
    'run',
    '--detach',
    '--bundle',
    bundle('lab', ['sleep', '1000'], (spec) => void (spec.process!.user = { uid: 0, gid: 0 })),
    'lab',
  );
});

describe('exec', () => {
  test('runs in the namespaces and cgroups of the container', async () => {
    const { pid } = await state('lab');
    const types = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'];
    const inside = await says(
      'exec',
      'lab',
      'sh',
      '-c',
      `for ns in ${types.join(' ')}; do readlink /proc/self/ns/$ns; done`,
    );
    const links = types.map((type) =>
      Bun.spawnSync(['readlink', `/proc/${pid}/ns/${type}`])
        .stdout.toString()
        .trim(),
    );
    expect(inside.split('\n')).toEqual(links);
    const cgroups = await says('exec', 'lab', 'cat', '/proc/self/cgroup');
    expect(cgroups.split('\n').every((line) => line.endsWith(':/'))).toBe(true);
  });

  test('a filter compares all 64 bits of what it was told, as for the first process', async () => {
    // A double has 2^63 instead.
    const largest = '9223372036854775807';
    const path = bundle('filtered', ['sleep', '1000'], (spec) => {
      const args = [{ index: 1, value: 7, op: 'SCMP_CMP_EQ' as const }];
      const rule = { names: ['ftruncate'], action: 'SCMP_ACT_ERRNO' as const, errnoRet: 95, args };
      spec.linux!.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] };
    });
    const config = readFileSync(`${path}/config.json`, 'utf8');
    writeFileSync(`${path}/config.json`, config.replace('"value":7', `"value":${largest}`));
    expect(await run('run', '--detach', '--bundle', path, 'filtered')).toEqual({ code: 0, out: '', err: '' });
    const truncate = ['filtered', 'busybox', 'truncate', '-s', largest, '/dev/shm/file'];
    const refused = { code: 1, out: '', err: 'truncate: /dev/shm/file: truncate: Operation not supported\n' };
    // One by the plan that `create` left, one that is computed.
    expect(await run('exec', ...truncate)).toEqual(refused);
    expect(await run('exec', '--cwd', '/tmp', ...truncate)).toEqual(refused);
    await says('delete', '--force', 'filtered');
  });

  test('passes streams and the exit code on', async () => {
    expect(await runWith({ input: 'typed' }, 'exec', 'lab', 'sh', '-c', 'cat; echo err >&2; exit 5')).toEqual({
      code: 5,
      out: 'typed',
      err: 'err\n',
    });
  });

  test('its flags are laid over the process of the container', async () => {
    const flags = [
      '--user',
      '7:8',
      '--additional-gids',
      '9',
      '--cwd',
      '/tmp',
      '--env',
      'A=b',
      '--cap',
      'CAP_SYS_TIME',
      '--no-new-privs',
    ];
    const command = ['sh', '-c', 'id -u; id -g; id -G; pwd; echo $A; grep -E "CapBnd|NoNewPrivs" /proc/self/status'];
    expect((await says('exec', ...flags, 'lab', ...command)).split('\n')).toEqual([
      '7',
      '8',
      '8 9',
      '/tmp',
      'b',
      // CAP_KILL, CAP_NET_BIND_SERVICE, CAP_SYS_TIME, CAP_AUDIT_WRITE
      'CapBnd:\t0000000022000420',
      'NoNewPrivs:\t1',
    ]);
  });

  test('--preserve-fds: further descriptors of the caller, and no others', async () => {
    const through = ['sh', '-c', 'exec 3</etc/hostname 4</dev/zero 5</dev/full; exec "$@"', 'sh'];
    const list = 'for fd in 3 4 5; do readlink /proc/self/fd/$fd || echo none; done';
    expect(await runWith({ through }, 'exec', '--preserve-fds', '2', 'lab', 'sh', '-c', list)).toEqual({
      code: 0,
      out: '/etc/hostname\n/dev/zero\nnone\n',
      err: '',
    });
  });

  test('--process is taken as it stands', async () => {
    const process = {
      cwd: '/',
      args: ['sh', '-c', 'umask; id -u; env'],
      env: ['PATH=/bin'],
      user: { uid: 3, gid: 4, umask: 0o77 },
    };
    writeFileSync(`${directory}/process.json`, JSON.stringify(process));
    const { out } = await run('exec', '--process', `${directory}/process.json`, 'lab');
    expect(out.split('\n').slice(0, 2)).toEqual(['0077', '3']);
    expect(out).toContain('PATH=/bin\n');
    expect(out).not.toContain('TERM=');
  });

  test('--detach leaves it running, with its pid in a file', async () => {
    await says('exec', '--detach', '--pid-file', `${directory}/exec.pid`, 'lab', 'sleep', '999');
    const pid = Number(readFileSync(`${directory}/exec.pid`, 'utf8'));
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBe('sleep\u0000999\u0000');
    expect(JSON.parse(await says('ps', '--format', 'json', 'lab'))).toContain(pid);
    kill(pid);
  });

  test('-t has a terminal of the container, of the size of ours', async () => {
    const terminal = new Terminal([
      ...words,
      'exec',
      '-t',
      'lab',
      'sh',
      '-c',
      'tty; stty size; read -r line; echo "got $line"',
    ]);
    await terminal.sees('/dev/pts/0\r\n24 80\r\n');
    terminal.types('typed\n');
    await terminal.sees('got typed');
    expect(await terminal.exited).toBe(0);
    terminal.close();
  });

  test('errors name what failed, and leave nothing', async () => {
    const cases: [string[], string][] = [
      [
        ['lab', 'nosuch'],
        'cannot run "nosuch": ENOENT, executable file not found in the container: no such file or directory\n',
      ],
      [['lab', '/etc'], 'cannot run "/etc": EACCES, permission denied\n'],
      [
        ['--cwd', '/nosuch', 'lab', 'true'],
        'cannot change to working directory "/nosuch": ENOENT, it does not exist in the container, for process.cwd (hint: create it, or choose another with --workdir)\n',
      ],
      [
        ['--cwd', 'relative', 'lab', 'true'],
        'cannot use "process.cwd" of the runtime spec: "relative" is not an absolute path\n',
      ],
      [['--user', '-1', 'lab', 'true'], 'cannot use "-1" for --user: a number from 0 to 4294967294 is wanted\n'],
      [
        ['--user', '4294967295', 'lab', 'true'],
        'cannot use "4294967295" for --user: a number from 0 to 4294967294 is wanted\n',
      ],
      [['lab'], 'cannot use "limpid-runtime exec": there is no command (hint: give one, or --process FILE)\n'],
    ];
    for (const [args, err] of cases)
      expect({ args, ...(await run('exec', ...args)) }).toEqual({ args, code: 1, out: '', err });
  });

  test('no working directory leads to a descriptor of the runtime (CVE-2024-21626)', async () => {
    for (let fd = 3; fd <= 24; fd++) {
      const { code, err } = await run('exec', '--cwd', `/proc/self/fd/${fd}`, 'lab', 'pwd');
      expect({ fd, code, refused: err.startsWith('cannot change to working directory') }).toEqual({
        fd,
        code: 1,
        refused: true,
      });
    }
  });

  test('only 0, 1 and 2 are open', async () => {
    expect((await run('exec', 'lab', 'sh', '-c', 'exec ls /proc/self/fd')).out).toBe('0\n1\n2\n3\n');
  });
});
