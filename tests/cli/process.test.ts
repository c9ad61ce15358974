import { describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, says, limpid, limpidWith } = privateWorld();
const run = (...words: string[]) => says('run', '--rm', ...words);

describe('environment', () => {
  test('what a container has by itself', async () => {
    const lines = (await run('--hostname', 'h', BUSYBOX, 'env')).split('\n').toSorted();
    const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    expect(lines).toEqual(['HOME=/root', 'HOSTNAME=h', PATH, 'container=limpid']);
  });
  test('-e, -e NAME of here, --env-file, in their order', async () => {
    writeFileSync(`${directory}/env`, '# a comment\nA=file\nB=with spaces and "quotes"\n\nHERE\n');
    const options = ['--env-file', `${directory}/env`, '-e', 'A=option', '-e', 'TAKEN', '-e', 'ABSENT'];
    const { out } = await limpidWith({ env: { HERE: 'h', TAKEN: 't' } }, 'run', '--rm', ...options, BUSYBOX, 'env');
    const lines = out.split('\n');
    for (const line of ['A=option', 'B=with spaces and "quotes"', 'HERE=h', 'TAKEN=t']) expect(lines).toContain(line);
    expect(out).not.toContain('ABSENT');
  });
  test('--unsetenv, --env-merge', async () => {
    const out = await run('--unsetenv', 'container', '--env-merge', 'PATH=/opt:${PATH}', BUSYBOX, 'env');
    expect(out).not.toContain('container=');
    expect(out).toContain('PATH=/opt:/usr/local/sbin:');
  });
  test('-t sets TERM', async () => expect(await run('-t', BUSYBOX, 'sh', '-c', 'echo $TERM')).toBe('xterm\r'));
});

describe('the command', () => {
  test('--entrypoint, one word or JSON', async () => {
    expect(await run('--entrypoint', 'echo', BUSYBOX, 'a', 'b')).toBe('a b');
    expect(await run('--entrypoint', '["echo", "-n", "x y"]', BUSYBOX, 'z')).toBe('x y z');
  });
  test('without one, a shell', async () => {
    expect((await limpidWith({ input: 'echo from a shell; exit 6\n' }, 'run', '--rm', '-i', BUSYBOX)).out).toBe(
      'from a shell\n',
    );
  });
  test('no signal is ignored or blocked, whatever the caller does', async () => {
    const words = ['run', '--rm', BUSYBOX, 'grep', '-E', '^Sig(Blk|Ign):', '/proc/self/status'];
    const { out } = await limpidWith({ through: ['nohup'] }, ...words);
    expect(out).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n');
  });
  test('words with spaces, quotes and line feeds arrive as they are', async () => {
    const words = ['a b', '"c"', "d'e", 'f\ng', '', '$HOME', '\\'];
    expect(await run(BUSYBOX, 'printf', '[%s]', ...words)).toBe(words.map((word) => `[${word}]`).join(''));
  });
  test('--init is process 1, reaps, and ends as the command does', async () => {
    const { code, out } = await limpid(
      'run',
      '--rm',
      '--init',
      BUSYBOX,
      'sh',
      '-c',
      'cat /proc/1/comm; echo $$; exit 9',
    );
    expect([code, out]).toEqual([9, 'limpid-init\n2\n']);
    const orphan = `sh -c 'sleep 0.02 & echo $! > /orphan'; read -r pid < /orphan`;
    const waits = 'for i in $(seq 1000); do [ -e /proc/$pid ] || break; sleep 0.01; done; ls /proc | grep -c "^[0-9]"';
    // init, sh, ls, grep: the orphan is gone.
    expect(await run('--init', BUSYBOX, 'sh', '-c', `${orphan}; ${waits}`)).toBe('4');
  });
});

describe('who it is', () => {
  test('--user by name, number, group, and those of nobody', async () => {
    expect(await run(BUSYBOX, 'id')).toBe('uid=0(root) gid=0(root)');
    expect(await run('-u', 'www-data', BUSYBOX, 'sh', '-c', 'id -u; id -g; echo $HOME')).toBe('33\n33\n/var/www');
    expect(await run('-u', 'daemon:33', BUSYBOX, 'sh', '-c', 'id -u; id -g')).toBe('1\n33');
    expect(await run('-u', '4242', BUSYBOX, 'sh', '-c', 'id -u; id -g; whoami')).toBe('4242\n0\n4242');
  });
  test('--group-add by name and number', async () => {
    const out = await run(
      '-u',
      '1000:1000',
      '--group-add',
      'www-data',
      '--group-add',
      '5555',
      BUSYBOX,
      'grep',
      'Groups',
      '/proc/self/status',
    );
    expect(out.split(/\s+/).filter(Boolean)).toEqual(['Groups:', '33', '1000', '5555']);
  });
  test('--workdir and --umask', async () => {
    expect(await run('-w', '/usr/bin', '--umask', '0027', BUSYBOX, 'sh', '-c', 'pwd; umask')).toBe('/usr/bin\n0027');
    expect(await run(BUSYBOX, 'sh', '-c', 'pwd; umask')).toBe('/\n0022');
  });
  test('--hostname, --domainname, /etc/hosts', async () => {
    expect(
      await run(
        '-h',
        'box',
        '--domainname',
        'example',
        BUSYBOX,
        'sh',
        '-c',
        'hostname; cat /proc/sys/kernel/domainname /etc/hostname',
      ),
    ).toBe('box\nexample\nbox');
    expect(await run('-h', 'box', BUSYBOX, 'grep', '-c', '\\bbox\\b', '/etc/hosts')).toBe('1');
    const [short, id] = (await run(BUSYBOX, 'sh', '-c', 'hostname; cat /etc/hostname')).split('\n');
    expect([short!.length, id]).toEqual([12, short]);
  });
});

describe('its limits', () => {
  test('--ulimit', async () => {
    const options = ['--ulimit', 'nofile=123:456', '--ulimit', 'core=0', '--ulimit', 'nproc=100:200'];
    const lines = (await run(...options, BUSYBOX, 'cat', '/proc/self/limits')).split('\n');
    const limit = (name: string) =>
      lines
        .find((line) => line.startsWith(name))!
        .slice(26)
        .trim()
        .split(/\s+/)
        .slice(0, 2);
    expect([limit('Max open files'), limit('Max core file size'), limit('Max processes')]).toEqual([
      ['123', '456'],
      ['0', '0'],
      ['100', '200'],
    ]);
  });
  test('--ulimit of fewer files than the start itself has open', async () => {
    const command = ['--ulimit', 'nofile=3:4', '-w', '/tmp', BUSYBOX, 'sh', '-c', 'ulimit -n; pwd'];
    expect(await run(...command)).toBe('3\n/tmp');
  });
  test('--oom-score-adj', async () => {
    expect(await run('--oom-score-adj', '321', BUSYBOX, 'cat', '/proc/self/oom_score_adj')).toBe('321');
  });
  test('--sysctl of its own namespaces', async () => {
    const options = [
      '--sysctl',
      'net.ipv4.ip_forward=1',
      '--sysctl',
      'kernel.shm_rmid_forced=1',
      '--sysctl',
      'fs.mqueue.msg_max=7',
    ];
    expect(
      await run(
        ...options,
        BUSYBOX,
        'cat',
        '/proc/sys/net/ipv4/ip_forward',
        '/proc/sys/kernel/shm_rmid_forced',
        '/proc/sys/fs/mqueue/msg_max',
      ),
    ).toBe('1\n1\n7');
    const { code, err } = await limpid('run', '--rm', '--sysctl', 'net.ipv4.nosuch=1', BUSYBOX, 'true');
    expect([code, err]).toEqual([
      125,
      'Error: cannot write "1" to "/proc/sys/net/ipv4/nosuch": ENOENT, this kernel has no such sysctl, for --sysctl net.ipv4.nosuch=1\n',
    ]);
  });
  test('a descriptor of ours is none of its own', async () => {
    expect(await run(BUSYBOX, 'sh', '-c', 'ls /proc/self/fd')).toBe('0\n1\n2\n3');
  });
});
