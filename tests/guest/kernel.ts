import { $, Glob } from 'bun';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const GUEST = fileURLToPath(new URL('../../build/guest/', import.meta.url));
// Debian's and Ubuntu's names for "the usual kernel of this release".
const METAPACKAGES = ['linux-image-amd64', 'linux-image-generic'];
const XZ_MAGIC = Buffer.from('fd377a585a00', 'hex');

export interface GuestKernel {
  readonly release: string;
  readonly image: string;
  /** The directory that holds `modules.dep`. */
  readonly modules: string;
}

/** The distribution's kernel, downloaded and unpacked into build/guest/ where it is not there already. */
export async function guestKernel(): Promise<GuestKernel> {
  return (await findKernel()) ?? (await fetchKernel());
}

async function findKernel(): Promise<GuestKernel | undefined> {
  mkdirSync(GUEST, { recursive: true });
  for await (const image of new Glob('kernel/boot/vmlinuz-*').scan(GUEST)) {
    const release = image.replace('kernel/boot/vmlinuz-', '');
    const modules = `${GUEST}kernel/lib/modules/${release}`;
    if (await Bun.file(`${modules}/modules.dep`).exists()) return { release, image: `${GUEST}${image}`, modules };
  }
  return undefined;
}

async function fetchKernel(): Promise<GuestKernel> {
  const packages = await kernelPackages();
  console.log(`guest: unpacking ${packages.join(', ')} into build/guest/`);
  const download = `${GUEST}download`;
  await $`rm -rf ${GUEST}kernel ${download} && mkdir -p ${GUEST}kernel ${download}`;
  await $`apt-get download -qq -o APT::Sandbox::User=root ${packages}`.cwd(download).quiet();
  for await (const archive of new Glob('*.deb').scan({ cwd: download, absolute: true })) {
    await $`dpkg -x ${archive} ${GUEST}kernel`;
  }
  await $`rm -rf ${download}`;
  linkLib(`${GUEST}kernel`);
  const [release] = await Array.fromAsync(new Glob('*').scan({ cwd: `${GUEST}kernel/lib/modules`, onlyFiles: false }));
  // The package's own set-up, which would have made modules.dep, is not run: nothing is installed.
  await $`depmod -b ${GUEST}kernel ${release}`.env({ ...process.env, PATH: `${process.env['PATH']}:/sbin:/usr/sbin` });
  await unpackImage(`${GUEST}kernel/boot/vmlinuz-${release}`);
  const kernel = await findKernel();
  if (kernel === undefined) throw new Error(`the packages ${packages.join(', ')} hold no kernel`);
  return kernel;
}

/** Distributions put modules into /lib or /usr/lib, and depmod looks for them in either: here both are one. */
function linkLib(root: string): void {
  if (!existsSync(`${root}/lib`)) return symlinkSync('usr/lib', `${root}/lib`);
  mkdirSync(`${root}/usr`, { recursive: true });
  if (!existsSync(`${root}/usr/lib`)) symlinkSync('../lib', `${root}/usr/lib`);
}

/**
 * Replaces an xz-compressed bzImage by the ELF kernel within, which qemu enters directly (PVH): decompressing
 * it under software emulation would take as long as the rest of the boot. Others are left as they are.
 */
async function unpackImage(path: string): Promise<void> {
  const image = Buffer.from(await Bun.file(path).bytes());
  const start = image.indexOf(XZ_MAGIC);
  if (start < 0) return;
  // What follows the stream in the image is not compressed.
  const { stdout } = Bun.spawnSync(['xz', '-dc', '--single-stream'], {
    stdin: image.subarray(start),
    stderr: 'ignore',
  });
  if (stdout.subarray(0, 4).toString('latin1') === '\x7fELF') await Bun.write(path, stdout);
}

/** The real packages behind the metapackage; apt's lists are fetched where they know of none. */
async function kernelPackages(): Promise<string[]> {
  const known = await packagesOfKernel(dependsOf);
  if (known.length > 0) return known;
  await $`apt-get update -qq`.quiet();
  const found = await packagesOfKernel(dependsOf);
  if (found.length === 0) throw new Error(`apt knows none of ${METAPACKAGES.join(', ')}`);
  return found;
}

/** What apt-cache says of a package, in words that no locale translates. */
function dependsOf(name: string): Promise<string> {
  return $`apt-cache depends ${name}`
    .env({ ...process.env, LC_ALL: 'C' })
    .quiet()
    .nothrow()
    .text();
}

/** The packages of one kernel: on Ubuntu its modules are in packages that the image depends on, or the metapackage. */
export async function packagesOfKernel(depends: (name: string) => Promise<string>): Promise<string[]> {
  const found = new Set<string>();
  const follow = async (name: string): Promise<void> => {
    for (const [, next] of (await depends(name)).matchAll(
      / Depends: (linux-(?:image|modules|modules-extra|binary)-\d\S*)/g,
    ))
      if (!found.has(next!)) await follow(found.add(next!) && next!);
  };
  for (const name of METAPACKAGES) if (found.size === 0) await follow(name);
  return [...found];
}
