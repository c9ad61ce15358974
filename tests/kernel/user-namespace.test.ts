import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type Engine, LimpidError, type ContainerRequest } from '../../engine/index.ts';
import { atTheEnd } from '../at-the-end.ts';
import { DISK } from './native-harness.ts';
import { EngineWithoutNetwork } from './engine-without-network.ts';

setDefaultTimeout(300_000);

const IMAGE = 'builtin:busybox';
const MAPPED = {
  namespaces: { user: { kind: 'private' } },
  uidMappings: [
    { containerID: 0, hostID: 100_000, size: 1000 },
    { containerID: 1000, hostID: 300_000, size: 10 },
  ],
  gidMappings: [{ containerID: 0, hostID: 200_000, size: 65536 }],
} satisfies Partial<ContainerRequest>;
let directory: string;
let engine: Engine;

beforeAll(() => {
  directory = mkdtempSync(`${DISK}/limpid-user-`);
  engine = new EngineWithoutNetwork({ root: `${directory}/root`, runroot: `${directory}/run` });
});
atTheEnd(() => rmSync(directory, { recursive: true, force: true }));
atTheEnd(async () => {
  for (const { config } of engine.list()) await engine.remove(config.id, { force: true });
});

async function output(container: string, script: string, request: { user?: string } = {}): Promise<string> {
  const session = await engine.exec(container, { command: ['sh', '-c', script], ...request });
  const { stdout, stderr } = await session.result();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

const owner = (path: string): string => {
  const { uid, gid } = statSync(path);
  return `${uid}:${gid}`;
};

describe('a container with id maps', () => {
  let pid: number;
  let merged: string;
  let upper: string;
  let lower: string;
  beforeAll(async () => {
    mkdirSync(`${directory}/shared`);
    for (const [name, uid, gid] of [
      ['theirs', 100_003, 200_004],
      ['ours', 0, 0],
    ] as const) {
      writeFileSync(`${directory}/shared/${name}`, '');
      chownSync(`${directory}/shared/${name}`, uid, gid);
    }
    await engine.run({
      ...MAPPED,
      image: IMAGE,
      name: 'mapped',
      groups: ['29'],
      namespaces: { ...MAPPED.namespaces, time: { kind: 'private' } },
      timeOffsets: { boottimeSecs: 1_000_000 },
      mounts: [
        {
          type: 'bind',
          source: `${directory}/shared`,
          destination: '/mine',
          options: ['rbind', 'idmap', 'nosuid'],
          because: '-v',
        },
        { type: 'volume', source: 'kept', destination: '/kept', options: [], because: '-v' },
        { type: 'bind', source: `${directory}/shared`, destination: '/shared', options: ['rbind'], because: '-v' },
      ],
      command: ['sleep', '1000'],
    });
    const { State, GraphDriver } = await engine.inspect('mapped');
    pid = State.Pid;
    ({
      MergedDir: merged,
      UpperDir: upper,
      LowerDir: lower,
    } = GraphDriver.Data as Record<'MergedDir' | 'UpperDir' | 'LowerDir', string>);
  });

  test('has exactly these maps', () => {
    const map = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll(/ +/g, ' ');
    expect(map('uid_map')).toBe(' 0 100000 1000\n 1000 300000 10\n');
    expect(map('gid_map')).toBe(' 0 200000 65536\n');
  });

  test('sees its image’s files as root’s, and so does the host by the ids behind', async () => {
    expect(await output('mapped', 'stat -c %u:%g / /etc /bin/busybox /etc/passwd')).toBe('0:0\n0:0\n0:0\n0:0\n');
    expect([merged, `${merged}/etc`, `${merged}/bin/busybox`].map(owner)).toEqual(Array(3).fill('100000:200000'));
    expect(owner(upper)).toBe('100000:200000');
  });

  test('the layers themselves stay as they are, and inspect names them', () => {
    expect(lower.startsWith(`${directory}/root/`)).toBe(true);
    expect(lower).not.toContain('/containers/');
    expect([lower, `${lower}/bin/busybox`].map(owner)).toEqual(['0:0', '0:0']);
  });

  test('nothing of the mapping stays mounted', () => {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(directory));
    expect(mounts).toEqual([merged]);
  });

  test('what it writes belongs to its ids on the host', async () => {
    const script =
      'echo x >/etc/new; echo y:x:5:7::/:/bin/sh >>/etc/passwd; touch /etc/user; chown 1003:7 /etc/user; stat -c %u:%g /etc/user';
    expect(await output('mapped', script)).toBe('1003:7\n');
    expect(['new', 'passwd', 'user'].map((name) => owner(`${upper}/etc/${name}`))).toEqual([
      '100000:200000',
      '100000:200000',
      '300003:200007',
    ]);
    expect(await output('mapped', 'chown 5000 /etc/new')).toBe('chown: /etc/new: Invalid argument\n');
  });

  test('a bind mount keeps the host’s ids', async () => {
    expect(await output('mapped', 'cd /shared; stat -c "%n %u:%g" *; touch ours 2>&1')).toBe(
      'ours 65534:65534\ntheirs 3:4\ntouch: ours: Permission denied\n',
    );
  });

  test('one whose ids are mapped shows them as they are on disk, and writes them so', async () => {
    expect(await output('mapped', 'cd /mine; stat -c "%n %u:%g" ours theirs; touch made; stat -c %u made')).toBe(
      'ours 0:0\ntheirs 65534:65534\n0\n',
    );
    expect(owner(`${directory}/shared/made`)).toBe('0:0');
    const mount = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
      .split('\n')
      .find((line) => line.includes(' /mine '));
    expect(mount).toMatch(/ rw,nosuid,\S*idmapped /);
    rmSync(`${directory}/shared/made`);
  });

  test('a new volume and the files made for it are root’s to write', async () => {
    const script = 'echo 127.0.0.9 nine >>/etc/hosts && touch /kept/file && stat -c %u:%g /etc/hosts /kept /kept/file';
    expect(await output('mapped', script)).toBe('0:0\n0:0\n0:0\n');
  });

  test('exec: users, groups, and the same namespaces', async () => {
    expect(await output('mapped', 'id -u; id -g; readlink /proc/self/ns/user', { user: '5:7' })).toBe(
      `5\n7\n${readlinkSync(`/proc/${pid}/ns/user`)}\n`,
    );
    expect(await output('mapped', 'echo out >/dev/stdout; echo err >/dev/stderr')).toBe('out\nerr\n');
    expect(await output('mapped', 'echo out >/dev/stdout', { user: '5:7' })).toBe('out\n');
    expect(await output('mapped', 'touch /root-made; stat -c %u /root-made')).toBe('0\n');
  });

  test('supplementary groups are mapped, and the clock is its own', async () => {
    const groups = /^Groups:\t(.*?) *$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    expect(groups).toBe('200000 200029');
    expect(Number((await output('mapped', 'cat /proc/uptime')).split(' ')[0])).toBeGreaterThan(1_000_000);
  });

  test('another joins its user namespace, and owns the namespaces that it makes', async () => {
    const seen = await engine.run({
      image: IMAGE,
      name: 'joining',
      namespaces: { user: { kind: 'container', container: 'mapped' } },
      capAdd: ['SYS_ADMIN'],
      security: { seccomp: 'unconfined' },
      command: ['sleep', '1000'],
    });
    const { State, GraphDriver } = await engine.inspect(seen);
    const link = (type: string) => readlinkSync(`/proc/${State.Pid}/ns/${type}`);
    expect(link('user')).toBe(readlinkSync(`/proc/${pid}/ns/user`));
    for (const type of ['mnt', 'net', 'ipc', 'uts', 'pid', 'cgroup'])
      expect(link(type)).not.toBe(readlinkSync(`/proc/${pid}/ns/${type}`));
    // Each of these needs CAP_SYS_ADMIN over the owner of the namespace.
    const script =
      'hostname new && mount -t tmpfs t /mnt && mount -t proc p /mnt && touch /etc/joined && hostname && stat -c %u /etc';
    expect(await output('joining', script)).toBe('new\n0\n');
    expect(owner(`${(GraphDriver.Data as Record<string, string>)['UpperDir']}/etc/joined`)).toBe('100000:200000');
    const network = {
      user: { kind: 'container', container: 'mapped' },
      network: { kind: 'container', container: 'mapped' },
      pid: { kind: 'container', container: 'mapped' },
    } as const;
    const third = await engine.run({
      image: IMAGE,
      namespaces: network,
      command: ['sh', '-c', 'ps -o args | grep -c ^sleep'],
    });
    expect((await engine.wait(third)).code).toBe(0);
    const lines: string[] = [];
    for await (const { text } of engine.logs(third)) lines.push(new TextDecoder().decode(text));
    expect(lines).toEqual(['1']);
  });
});

test('a user namespace is joined by its path, with the host’s network', async () => {
  const holder = Bun.spawn(['unshare', '--user', 'sleep', '1000']);
  try {
    const path = `/proc/${holder.pid}/ns/user`;
    while (readlinkSync(path) === readlinkSync('/proc/self/ns/user')) await Bun.sleep(5);
    for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${holder.pid}/${map}`, '0 500000 1000');
    const id = await engine.run({
      image: IMAGE,
      namespaces: { user: { kind: 'path', path }, network: { kind: 'host' } },
      command: ['sh', '-c', 'stat -c %u:%g / /etc; cat /proc/self/uid_map; ls /sys/class/net >/dev/null && echo sys'],
    });
    expect((await engine.wait(id)).code).toBe(0);
    const lines: string[] = [];
    for await (const { text } of engine.logs(id)) lines.push(new TextDecoder().decode(text).replaceAll(/ +/g, ' '));
    expect(lines).toEqual(['0:0', '0:0', ' 0 500000 1000', 'sys']);
  } finally {
    holder.kill('SIGKILL');
    await holder.exited;
  }
});

test('a start that fails leaves nothing mounted', async () => {
  const id = await engine.create({ ...MAPPED, image: IMAGE, workdir: '/nowhere', command: ['true'] });
  let code: string | undefined;
  await engine.start(id).catch((error: unknown) => (code = error instanceof LimpidError ? error.code : String(error)));
  expect(code).toBe('EWORKDIR');
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(id);
  await engine.remove(id);
  expect(existsSync(`${directory}/root/containers/${id}`)).toBe(false);
});

test('a layer whose file system cannot map ids is named', async () => {
  for (const name of ['a', 'b', 'rootfs']) mkdirSync(`${directory}/${name}`);
  const overlay = `lowerdir=${directory}/a:${directory}/b`;
  const mount = (...args: string[]) => expect(Bun.spawnSync(args).stderr.toString()).toBe('');
  mount('mount', '-t', 'overlay', 'overlay', '-o', overlay, `${directory}/rootfs`);
  try {
    const id = await engine.create({ ...MAPPED, image: `${directory}/rootfs`, command: ['/x'] });
    const failure = await engine.start(id).catch((error: unknown) => (error as LimpidError).message);
    expect(failure).toBe(
      `cannot bind "${directory}/rootfs" at "${directory}/root/containers/${id}/lower/0": EINVAL, ` +
        'the file system there cannot map ids, for the container’s ids in its layers ' +
        '(hint: ext4, xfs and btrfs can, tmpfs from Linux 6.3 on: choose a --root or an image there, or leave --userns out)',
    );
    await engine.remove(id);
  } finally {
    mount('umount', `${directory}/rootfs`);
  }
});
