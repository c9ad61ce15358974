/**
 * Makes `builtin:busybox` in build/rootfs/busybox/ from Debian's busybox-static: the program itself, the
 * manifest of everything else, and the digest of both, which names the unpacked directory.
 */
import type { RootfsEntry } from '../kernel/assets.ts';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OUT = fileURLToPath(new URL('../build/rootfs/busybox/', import.meta.url));
const UNPACKED = fileURLToPath(new URL('../build/busybox-static', import.meta.url));

const DIRECTORIES: readonly (readonly [path: string, mode: number])[] = [
  ...[
    'bin',
    'dev',
    'etc',
    'home',
    'lib',
    'mnt',
    'opt',
    'proc',
    'run',
    'sbin',
    'srv',
    'sys',
    'usr',
    'usr/bin',
    'usr/lib',
  ]
    .concat(['usr/local', 'usr/local/bin', 'usr/sbin', 'var', 'var/log', 'var/spool'])
    .map((path) => [path, 0o755] as const),
  ['root', 0o700],
  ['tmp', 0o1777],
  ['var/tmp', 0o1777],
];

// Empty ones are where the engine binds its own over them: existing, they cost no copy in the upper layer.
const FILES: Readonly<Record<string, string>> = {
  'etc/group': ['root:x:0:', 'daemon:x:1:', 'bin:x:2:', 'sys:x:3:', 'adm:x:4:', 'tty:x:5:', 'disk:x:6:', 'wheel:x:10:']
    .concat(['www-data:x:33:', 'users:x:100:', 'nogroup:x:65534:', ''])
    .join('\n'),
  'etc/hostname': '',
  'etc/hosts': '127.0.0.1\tlocalhost\n::1\tlocalhost\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  'etc/passwd': ['root:x:0:0:root:/root:/bin/sh', 'daemon:x:1:1:daemon:/usr/sbin:/bin/false']
    .concat(['bin:x:2:2:bin:/bin:/bin/false', 'www-data:x:33:33:www-data:/var/www:/bin/false'])
    .concat(['nobody:x:65534:65534:nobody:/home:/bin/false', ''])
    .join('\n'),
  'etc/profile': "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPS1='\\u@\\h:\\w\\$ '\n",
  'etc/resolv.conf': '',
  'etc/shells': '/bin/sh\n/bin/ash\n',
};

function output(command: string[]): string {
  const { stdout, exitCode } = Bun.spawnSync(command);
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: exit code ${exitCode}`);
  return stdout.toString();
}

/** The binary of the Debian package, installed or unpacked by tools/setup.sh, wherever that release puts it. */
function findBusybox(): string {
  const files = existsSync(UNPACKED) ? ['find', UNPACKED, '-type', 'f'] : ['dpkg', '-L', 'busybox-static'];
  const path = output(files)
    .split('\n')
    .find((line) => line.endsWith('/bin/busybox'));
  if (path === undefined) throw new Error('the package busybox-static holds no /bin/busybox');
  return path;
}

function listEntries(busybox: string): RootfsEntry[] {
  const applets = output([busybox, '--list-full']).trim().split('\n');
  const links = applets.filter((path) => path.includes('/') && path !== 'bin/busybox');
  return [
    ...DIRECTORIES.map(([path, mode]) => ({ kind: 'directory', path, mode }) as const),
    ...Object.entries(FILES).map(([path, text]) => ({ kind: 'file', path, mode: 0o644, text }) as const),
    { kind: 'program', path: 'bin/busybox', mode: 0o755 },
    ...links.toSorted().map((path) => ({ kind: 'symlink', path, target: '/bin/busybox' }) as const),
  ];
}

const busybox = findBusybox();
const program = await Bun.file(busybox).bytes();
const manifest = JSON.stringify(listEntries(busybox));
const digest = new Bun.CryptoHasher('sha256').update(program).update(manifest).digest('hex');
await Bun.write(`${OUT}busybox.bin`, program);
await Bun.write(`${OUT}manifest.bin`, manifest);
await Bun.write(`${OUT}digest.json`, JSON.stringify(digest.slice(0, 16)));
