import { mkdirSync, readFileSync } from 'node:fs';
import { startRegistry, type Registry } from '../tests/registry-fixture.ts';
import { imageOf, tar } from '../tests/image-archive.ts';
import { busyboxLayer, pushImage, type PushedImage } from '../tests/registry-images.ts';
import { mustRun } from './contestant.ts';

/** What is pulled: a registry of our own with the images of all cases. */
export interface ImageOrigin {
  readonly registry: Registry;
  /** The Debian root file system in three layers. */
  readonly debian: Readonly<Record<'gzip' | 'zstd', PushedImage>>;
  /** Uncompressed. */
  readonly debianBytes: number;
}

/** Each of about a third. */
const LAYERS: readonly (readonly string[])[] = [
  ['./usr/lib/x86_64-linux-gnu', './usr/lib/aarch64-linux-gnu', './lib', './bin', './sbin', './lib64'],
  ['./usr/share', './usr/bin', './usr/sbin'],
];

/**
 * Makes a Debian root file system by debootstrap, or takes the one in `rootfs`, and puts it into a registry as an image
 * of three layers, by gzip and by zstd.
 */
export async function openOrigin(directory: string, rootfs: string | undefined): Promise<ImageOrigin> {
  mkdirSync(directory, { recursive: true });
  const tree = rootfs ?? debootstrap(`${directory}/debian`);
  const layers = debianLayers(tree, directory);
  const registry = await startRegistry({ directory: `${directory}/registry` });
  const image = imageOf(layers, { config: { Cmd: ['true'] } });
  const gzip = await pushImage(registry.host, 'debian:gzip', image, { compression: 'gzip' });
  const zstd = await pushImage(registry.host, 'debian:zstd', image, { compression: 'zstd' });
  return { registry, debian: { gzip, zstd }, debianBytes: layers.reduce((sum, { length }) => sum + length, 0) };
}

/** From where this machine has its packages. */
function debootstrap(directory: string): string {
  const words = ['debootstrap', '--variant=minbase', '--include=python3,git', 'bookworm', directory];
  const { exitCode, stdout } = Bun.spawnSync(words, { stdout: 'pipe', stderr: 'ignore' });
  if (exitCode !== 0) throw new Error(`debootstrap: ${stdout.toString().split('\n').at(-2)}`);
  return directory;
}

function debianLayers(tree: string, directory: string): Uint8Array[] {
  const pack = (file: string, words: readonly string[]): Uint8Array => {
    mustRun(['tar', '--sort=name', '--numeric-owner', '-C', tree, '-cf', file, ...words]);
    return readFileSync(file);
  };
  const there = (paths: readonly string[]) =>
    paths.filter((path) => Bun.spawnSync(['test', '-e', `${tree}/${path}`]).exitCode === 0);
  const first = LAYERS.map((paths, at) => pack(`${directory}/layer-${at}.tar`, there(paths)));
  const excluded = [
    ...LAYERS.flat(),
    './proc/*',
    './sys/*',
    './dev/*',
    './var/cache/apt/*',
    './var/lib/apt/lists/*',
  ].map((path) => `--exclude=${path}`);
  return [...first, pack(`${directory}/layer-rest.tar`, [...excluded, '.'])];
}

/** One layer of this many bytes by gzip, which a compressor finds something to do with. */
export async function pushLargeLayer({ host }: Registry, gigabytes: number): Promise<void> {
  const block = crypto.getRandomValues(new Uint8Array(65536));
  const data = Buffer.alloc(256 << 20);
  for (let at = 0; at < data.length; at += block.length) data.set(block, at);
  for (let at = 512; at < data.length; at += 4096) data.fill(0, at, at + 3584);
  const files = Array.from({ length: gigabytes * 4 }, (_, at) => ({ path: `file-${at}`, data }));
  await pushImage(host, 'large:1', imageOf([tar(files)]));
}

/** busybox below many small layers. */
export async function pushStack({ host }: Registry, name: string, layers: number): Promise<void> {
  const small = Array.from({ length: layers - 1 }, (_, at) => tar([{ path: `layer-${at}`, data: 'x' }]));
  await pushImage(host, name, imageOf([busyboxLayer(), ...small], { config: { Cmd: ['true'] } }));
}
