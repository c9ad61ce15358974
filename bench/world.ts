import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtinRootfs } from '../kernel/assets.ts';
import type { BenchWorld } from './contestant.ts';

const DISK = fileURLToPath(new URL('../build/bench', import.meta.url));
const MEMORY = '/dev/shm/limpid-bench';
const UNIFIED_OF_HYBRID = '/sys/fs/cgroup/unified';

/** Lays out a fresh private world with busybox unpacked in it. */
export async function openWorld(): Promise<BenchWorld> {
  closeWorld();
  const rootfs = `${DISK}/rootfs`;
  for (const directory of [rootfs, MEMORY]) mkdirSync(directory, { recursive: true });
  await unpackBusybox(rootfs);
  return { disk: DISK, memory: MEMORY, rootfs };
}

/** Removes everything, the cgroups that all contestants were told to use among it. */
export function closeWorld(): void {
  Bun.spawnSync(
    ['find', '/sys/fs/cgroup', '-depth', '-type', 'd', '-path', '*/limpid-bench*', '-exec', 'rmdir', '{}', ';'],
    {
      stderr: 'ignore',
    },
  );
  for (const directory of [DISK, MEMORY]) rmSync(directory, { recursive: true, force: true });
}

/**
 * Debian's crun refuses hybrid cgroups, so on such a machine all run on pure v1: the whole benchmark goes into
 * a mount namespace of its own without the unified mount. Returns what to tell the reader, or undefined.
 */
export async function leaveHybrid(): Promise<string | undefined> {
  const mounts = await Bun.file('/proc/self/mounts').text();
  const isHybrid = mounts.includes(` ${UNIFIED_OF_HYBRID} cgroup2 `);
  if (isHybrid && process.env['BENCH_NAMESPACE'] === undefined) {
    const script = `umount ${UNIFIED_OF_HYBRID} && exec "$@"`;
    const command = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...process.argv];
    const child = Bun.spawn(command, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, BENCH_NAMESPACE: '1' },
    });
    process.exit(await child.exited);
  }
  if (process.env['BENCH_NAMESPACE'] === undefined) return undefined;
  return 'The cgroups here are hybrid, which this crun refuses: all ran on the same machine with the unified mount hidden.';
}

async function unpackBusybox(root: string): Promise<void> {
  const busybox = builtinRootfs('busybox')!;
  for (const entry of await busybox.entries()) {
    const path = `${root}/${entry.path}`;
    if (entry.kind === 'symlink') symlinkSync(entry.target, path);
    else if (entry.kind === 'directory') mkdirSync(path, { recursive: true });
    else writeFileSync(path, entry.kind === 'file' ? entry.text : await busybox.program());
    if (entry.kind !== 'symlink') chmodSync(path, entry.mode);
  }
}
