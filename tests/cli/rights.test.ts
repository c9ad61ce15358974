import { describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, says, limpid } = privateWorld();
const run = (...words: string[]) => says('run', '--rm', ...words);

/** podman's default list, as bits of capabilities(7). */
const DEFAULT_BITS = [0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 31];
const CHOWN = 0;
const NET_ADMIN = 12;
const mask = (bits: readonly number[]) => bits.reduce((all, bit) => all | (1n << BigInt(bit)), 0n);

async function capabilities(...options: string[]): Promise<Record<string, bigint>> {
  const out = await run(...options, BUSYBOX, 'grep', '^Cap', '/proc/self/status');
  return Object.fromEntries(out.split('\n').map((line) => [line.slice(3, 6), BigInt(`0x${line.split('\t')[1]}`)]));
}

describe('capabilities in /proc/self/status', () => {
  test("the default is podman's, in three sets", async () => {
    const { Inh, Prm, Eff, Bnd, Amb } = await capabilities();
    expect([Prm, Eff, Bnd, Inh, Amb]).toEqual([mask(DEFAULT_BITS), mask(DEFAULT_BITS), mask(DEFAULT_BITS), 0n, 0n]);
  });
  test('--cap-add and --cap-drop', async () => {
    const { Eff, Bnd } = await capabilities('--cap-add', 'net_admin', '--cap-drop', 'CAP_CHOWN');
    const wanted = mask([...DEFAULT_BITS.filter((bit) => bit !== CHOWN), NET_ADMIN]);
    expect([Eff, Bnd]).toEqual([wanted, wanted]);
  });
  test('--cap-drop ALL, alone and with one added again', async () => {
    expect((await capabilities('--cap-drop', 'ALL'))['Bnd']).toBe(0n);
    expect((await capabilities('--cap-drop', 'all', '--cap-add', 'NET_ADMIN'))['Eff']).toBe(mask([NET_ADMIN]));
  });
  test('another user has none, but may be given some', async () => {
    expect((await capabilities('-u', '1000'))['Eff']).toBe(0n);
    const { Eff, Amb } = await capabilities('-u', '1000', '--cap-add', 'NET_ADMIN');
    expect([Eff, Amb]).toEqual([mask([NET_ADMIN]), mask([NET_ADMIN])]);
  });
  test('--privileged: all that the kernel knows', async () => {
    const last = Number(await Bun.file('/proc/sys/kernel/cap_last_cap').text());
    const ours = BigInt(`0x${/CapBnd:\t(\w+)/.exec(await Bun.file('/proc/self/status').text())![1]}`);
    expect((await capabilities('--privileged'))['Eff']).toBe(((1n << BigInt(last + 1)) - 1n) & ours);
  });
});

describe('what is refused inside', () => {
  test('mounting, the clock, other hosts names', async () => {
    // To the time that it is: where it is not refused, nothing is lost.
    const script = 'mount -t tmpfs x /mnt; hostname x; date -s @$(date +%s)';
    const { err } = await limpid('run', '--rm', BUSYBOX, 'sh', '-c', script);
    expect(err.trim().split('\n')).toEqual([
      'mount: permission denied (are you root?)',
      'hostname: sethostname: Operation not permitted',
      "date: can't set date: Operation not permitted",
    ]);
  });
  test('masked and read-only paths', async () => {
    const script =
      'wc -c < /proc/keys; ls /proc/acpi | wc -l; echo 1 > /proc/irq/default_smp_affinity; echo x > /sys/x; echo 1 > /proc/sys/kernel/printk';
    const { out, err } = await limpid('run', '--rm', BUSYBOX, 'sh', '-c', script);
    expect(out).toBe('0\n0\n');
    expect(
      err
        .trim()
        .split('\n')
        .map((line) => line.replace(/^.*: /, '')),
    ).toEqual(['Read-only file system', 'Read-only file system', 'Read-only file system']);
  });
  test('--security-opt unmask=ALL and --privileged show them', async () => {
    // Written back as it is.
    const script =
      'read x < /proc/sys/kernel/printk; echo $x 2>/dev/null > /proc/sys/kernel/printk && echo writable || echo not';
    const access = (...options: string[]) => run(...options, BUSYBOX, 'sh', '-c', `{ ${script}; } 2>/dev/null`);
    expect(await access()).toBe('not');
    expect(await access('--security-opt', 'unmask=ALL')).toBe('writable');
    expect(await access('--privileged')).toBe('writable');
  });
  test('--security-opt mask=PATH hides more', async () => {
    expect(await run('--security-opt', 'mask=/proc/version', BUSYBOX, 'cat', '/proc/version')).toBe('');
  });
});

test('--security-opt apparmor=unconfined asks nothing of the kernel, which may be without AppArmor', async () => {
  await says('run', '--name', 'free', '--security-opt', 'apparmor=unconfined', BUSYBOX, 'true');
  expect(await says('inspect', '--format', '{{.AppArmorProfile}}', 'free')).toBe('unconfined');
  await says('rm', 'free');
});

describe('seccomp', () => {
  const status = (...options: string[]) =>
    run(...options, BUSYBOX, 'grep', '-E', 'NoNewPrivs|^Seccomp:', '/proc/self/status');
  test('a filter by default; unconfined has none; --privileged has none', async () => {
    expect(await status()).toBe('NoNewPrivs:\t0\nSeccomp:\t2');
    expect(await status('--security-opt', 'seccomp=unconfined')).toBe('NoNewPrivs:\t0\nSeccomp:\t0');
    expect(await status('--privileged')).toBe('NoNewPrivs:\t0\nSeccomp:\t0');
    expect(await status('--security-opt', 'no-new-privileges')).toBe('NoNewPrivs:\t1\nSeccomp:\t2');
  });
  test('a profile of a file', async () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 }],
    };
    writeFileSync(`${directory}/profile.json`, JSON.stringify(profile));
    const { code, err } = await limpid(
      'run',
      '--rm',
      '--security-opt',
      `seccomp=${directory}/profile.json`,
      BUSYBOX,
      'mkdir',
      '/x',
    );
    expect([code, err]).toEqual([1, "mkdir: can't create directory '/x': No space left on device\n"]);
  });
  test('the default refuses what only hosts need', async () => {
    const { code, err } = await limpid('run', '--rm', '--cap-add', 'ALL', BUSYBOX, 'unshare', '-U', 'true');
    expect([code, err]).toEqual([0, '']);
    // Without the filter anybody may make a user namespace.
    const refused = await limpid('run', '--rm', BUSYBOX, 'unshare', '-U', 'true');
    expect([refused.code, refused.err]).toEqual([1, 'unshare: unshare(0x10000000): Operation not permitted\n']);
  });
});

describe('devices', () => {
  test('the usual ones, and no other', async () => {
    expect((await run(BUSYBOX, 'ls', '/dev')).split('\n')).toEqual([
      'fd',
      'full',
      'mqueue',
      'null',
      'ptmx',
      'pts',
      'random',
      'shm',
      'stderr',
      'stdin',
      'stdout',
      'tty',
      'urandom',
      'zero',
    ]);
    expect(
      await run(BUSYBOX, 'sh', '-c', 'head -c 3 /dev/zero | wc -c; echo x > /dev/null; head -c 5 /dev/urandom | wc -c'),
    ).toBe('3\n5');
  });
  test('another one, made by hand, opens with EPERM', async () => {
    const { code, err } = await limpid(
      'run',
      '--rm',
      '--cap-add',
      'SYSLOG,MKNOD',
      BUSYBOX,
      'sh',
      '-c',
      'mknod /tmp/kmsg c 1 11 && exec 3</tmp/kmsg',
    );
    expect(code).not.toBe(0);
    expect(err).toContain("can't open /tmp/kmsg: Operation not permitted");
  });
  test('--device-cgroup-rule allows it', async () => {
    const script = 'mknod /tmp/kmsg c 1 11 && exec 3</tmp/kmsg && echo open';
    expect(
      await run('--device-cgroup-rule', 'c 1:11 r', '--cap-add', 'SYSLOG,MKNOD', BUSYBOX, 'sh', '-c', script),
    ).toBe('open');
  });
  test('--device puts one there, under a name, with the access that is said', async () => {
    expect(
      await run(
        '--device',
        '/dev/null:/dev/hole',
        BUSYBOX,
        'sh',
        '-c',
        'stat -c %t:%T /dev/hole; echo x > /dev/hole && echo ok',
      ),
    ).toBe('1:3\nok');
    const readOnly = await limpid(
      'run',
      '--rm',
      '--device',
      '/dev/kmsg:/dev/log:r',
      '--cap-add',
      'SYSLOG',
      BUSYBOX,
      'sh',
      '-c',
      'exec 3</dev/log && echo read; exec 4>/dev/log',
    );
    expect(readOnly.out).toBe('read\n');
    expect(readOnly.err).toContain("can't create /dev/log: Operation not permitted");
  });
  test('--privileged: those of the host', async () => {
    expect((await run('--privileged', BUSYBOX, 'ls', '/dev')).split('\n')).toContain('kmsg');
    expect(await run('--privileged', BUSYBOX, 'sh', '-c', 'exec 3</dev/kmsg && echo open')).toBe('open');
  });
});
