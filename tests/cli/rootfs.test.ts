import { beforeAll, describe, expect, test } from 'bun:test';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, says, limpidWith } = privateWorld();
const rootfs = `${directory}/rootfs`;

beforeAll(() => {
  mkdirSync(`${rootfs}/bin`, { recursive: true });
  mkdirSync(`${rootfs}/etc`);
  writeFileSync(`${rootfs}/etc/passwd`, 'ann:x:1234:1235::/home/ann:/bin/sh\n');
  copyFileSync('/bin/busybox', `${rootfs}/bin/busybox`);
  for (const name of ['sh', 'id', 'hostname', 'ls', 'cat']) symlinkSync('busybox', `${rootfs}/bin/${name}`);
});

describe('--rootfs DIR', () => {
  test('runs in it, with its own users', async () => {
    expect(
      await says('run', '--rm', '--hostname', 'h', '--rootfs', rootfs, '/bin/sh', '-c', 'id -u; hostname; ls /'),
    ).toBe('0\nh\nbin\ndev\netc\nproc\nsys');
    expect(await says('run', '--rm', '--user', 'ann', '--rootfs', rootfs, 'sh', '-c', 'id -u; id -g; echo $HOME')).toBe(
      '1234\n1235\n/home/ann',
    );
  });
  test('it is a lower layer: nothing is written into it', async () => {
    await says('run', '--rm', '--rootfs', rootfs, 'sh', '-c', 'echo x > /made; echo x >> /etc/passwd');
    expect([readdirSync(rootfs).toSorted(), existsSync(`${rootfs}/made`)]).toEqual([['bin', 'etc'], false]);
    expect(await Bun.file(`${rootfs}/etc/passwd`).text()).toBe('ann:x:1234:1235::/home/ann:/bin/sh\n');
  });
  test('DIR:O, for which podman has to be asked', async () => {
    expect(await says('run', '--rm', '--rootfs', `${rootfs}:O`, 'sh', '-c', 'echo x > /made; cat /made')).toBe('x');
    expect(existsSync(`${rootfs}/made`)).toBe(false);
  });
  test('a relative path is one of here', async () => {
    const { code, out } = await limpidWith({ cwd: directory }, 'run', '--rm', '--rootfs', 'rootfs', 'id', '-u');
    expect([code, out]).toEqual([0, '0\n']);
  });
});

describe('host:', () => {
  test("this machine's root, of which nothing is changed", async () => {
    // Of our own making: should the layer be missing, nothing is lost.
    const ours = `/etc/limpid-host-${process.pid}`;
    const made = `${ours}-made`;
    writeFileSync(ours, 'ours\n');
    try {
      const script = `head -n 1 /etc/os-release; cat ${ours}; rm ${ours}; echo x > ${made}; cat ${made}; ls ${ours}*`;
      const out = (await says('run', '--rm', 'host:', 'bash', '-c', script)).split('\n');
      expect(out).toEqual([(await Bun.file('/etc/os-release').text()).split('\n')[0]!, 'ours', 'x', made]);
      expect(existsSync(made)).toBe(false);
      expect(readFileSync(ours, 'utf8')).toBe('ours\n');
    } finally {
      for (const path of [ours, made]) rmSync(path, { force: true });
    }
  });
  test('what it wrote is found in its own layer while it is kept', async () => {
    const id = await says('run', '-d', '--name', 'kept', 'host:', 'sh', '-c', 'echo x > /root/made-inside');
    await says('wait', 'kept');
    expect(existsSync(`${directory}/root/containers/${id}/upper/root/made-inside`)).toBe(true);
    expect(existsSync('/root/made-inside')).toBe(false);
    await says('rm', 'kept');
  });
});

describe(BUSYBOX, () => {
  test('needs no network and no other package', async () => {
    expect(await says('run', '--rm', BUSYBOX, 'busybox')).toContain('multi-call binary');
    expect(await says('run', '--rm', BUSYBOX, 'ls', '/')).toBe(
      'bin\ndev\netc\nhome\nlib\nmnt\nopt\nproc\nroot\nrun\nsbin\nsrv\nsys\ntmp\nusr\nvar',
    );
  });
  test('each container has its own layer', async () => {
    const writer = (name: string) => ['sh', '-c', `echo ${name} >> /who; cat /who`];
    for (const name of ['a', 'b']) expect(await says('run', '--name', name, BUSYBOX, ...writer(name))).toBe(name);
    expect(await says('start', '-a', 'a')).toBe('a\na');
    await says('rm', 'a', 'b');
  });
});
