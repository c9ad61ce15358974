import { fileURLToPath } from 'node:url';
import type { GuestKernel } from './kernel.ts';

// The machine's own may be one that needs libraries.
const BUSYBOX = fileURLToPath(new URL('../../build/rootfs/busybox/busybox.bin', import.meta.url));

// What stands between the guest and the host's root; the rest is loaded from there by modprobe.
const MODULES = ['virtio_pci', 'virtio_console', '9pnet_virtio', '9p', 'overlay'];

/** The initramfs of the guest: busybox, the modules that reach the host's root, and init.sh. */
export async function buildInitramfs(kernel: GuestKernel, initScript: string): Promise<Uint8Array> {
  const archive = new CpioArchive();
  for (const directory of ['bin', 'dev', 'proc', 'sys', 'modules', 'lower', 'upper', 'root'])
    archive.directory(directory);
  archive.file('bin/busybox', await Bun.file(BUSYBOX).bytes(), 0o755);
  archive.file('init', new TextEncoder().encode(initScript), 0o755);
  const files = await modulesInOrder(kernel);
  for (const file of files)
    archive.file(`modules/${baseName(file)}`, await moduleBytes(`${kernel.modules}/${file}`), 0o644);
  archive.file('modules/order', new TextEncoder().encode(files.map((file) => `${baseName(file)}\n`).join('')), 0o644);
  return archive.finish();
}

/** Paths in modules.dep, each behind those it needs. Modules built into the kernel are left out. */
async function modulesInOrder(kernel: GuestKernel): Promise<string[]> {
  const needs = new Map<string, string[]>();
  for (const line of (await Bun.file(`${kernel.modules}/modules.dep`).text()).split('\n')) {
    const [file, rest] = line.split(':');
    if (file !== undefined && rest !== undefined) needs.set(file, rest.trim().split(' ').filter(Boolean));
  }
  const order = new Set<string>();
  const add = (file: string): void => {
    for (const needed of needs.get(file) ?? []) add(needed);
    order.add(file);
  };
  for (const name of MODULES) {
    const file = [...needs.keys()].find((path) => baseName(path) === `${name}.ko`);
    if (file !== undefined) add(file);
  }
  return [...order];
}

/** `kernel/fs/9p/9p.ko.xz` → `9p.ko` */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.(zst|xz)$/, '');
}

async function moduleBytes(path: string): Promise<Uint8Array> {
  const bytes = await Bun.file(path).bytes();
  if (path.endsWith('.zst')) return Bun.zstdDecompressSync(bytes);
  if (!path.endsWith('.xz')) return bytes;
  const { stdout, exitCode } = Bun.spawnSync(['xz', '-dc'], { stdin: bytes });
  if (exitCode !== 0) throw new Error(`xz cannot read ${path}`);
  return stdout;
}

/** cpio's "newc" format, as Documentation/driver-api/early-userspace/buffer-format.rst has it. */
class CpioArchive {
  readonly #parts: Uint8Array[] = [];
  #inode = 1;

  directory(path: string): void {
    this.#entry(path, 0o040755, new Uint8Array());
  }

  file(path: string, bytes: Uint8Array, mode: number): void {
    this.#entry(path, 0o100000 | mode, bytes);
  }

  finish(): Uint8Array {
    this.#entry('TRAILER!!!', 0, new Uint8Array());
    return Buffer.concat(this.#parts);
  }

  #entry(path: string, mode: number, bytes: Uint8Array): void {
    const name = new TextEncoder().encode(`${path}\0`);
    const fields = [this.#inode++, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
    this.#padded(Buffer.concat([new TextEncoder().encode(header), name]));
    this.#padded(bytes);
  }

  #padded(bytes: Uint8Array): void {
    this.#parts.push(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
  }
}
