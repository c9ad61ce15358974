import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../test-stage.ts';
import { instrument, type NumberedMutant } from './instrument.ts';
import { findMutants } from './mutants.ts';

/** A mutant in the repository. */
export type PlacedMutant = NumberedMutant & { readonly path: string };

export interface Scratch {
  readonly root: string;
  readonly mutants: readonly PlacedMutant[];
  readonly remove: () => void;
}

/**
 * What a mutant may do to the machine: nothing. Its world has processes, mounts and a network of its own, where all but
 * an empty /tmp is read-only: with one condition turned round, code that removes or kills is not to be trusted.
 */
const SANDBOX = `
set -e
keep=$(mktemp -d -p /mnt) 2>/dev/null || keep=/mnt
mount --bind "$1" "$keep"
mount -t tmpfs tmpfs /tmp
mkdir -p "$1"
mount --move "$keep" "$1"
ip link set lo up
cut -d' ' -f5 /proc/self/mountinfo | sort -u | while read -r at; do
  [ "$at" = /tmp ] || [ "$at" = /proc ] || mount -o remount,bind,ro "$at" 2>/dev/null || true
done
cd "$1"
shift
exec "$@"
`;

/** Copies the checkout aside, builds the mutants into the rooms' sources, and has the tests use stand-in.ts. */
export async function makeScratch(isWanted: (path: string) => boolean): Promise<Scratch> {
  const root = mkdtempSync(join(tmpdir(), 'limpid-mutation-'));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    await copyCheckout(root);
    return { root, mutants: await instrumentSources(root, isWanted), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function copyCheckout(root: string): Promise<void> {
  const generated = ':(glob)**/*.gen.ts';
  const built = ['build/native/executor', 'build/rootfs/busybox'];
  await Bun.$`(git ls-files -z --cached --others --exclude-standard; git ls-files -z --others --ignored --exclude-standard ${generated}) \
    | tar -c --null --ignore-failed-read -T - ${built} | tar -x -C ${root}`
    .cwd(ROOT)
    .quiet();
  await Bun.$`ln -s ${ROOT}node_modules ${root}/node_modules`;
}

async function instrumentSources(root: string, isWanted: (path: string) => boolean): Promise<PlacedMutant[]> {
  const mutants: PlacedMutant[] = [];
  for (const path of [...new Bun.Glob('*/**/*.ts').scanSync(root)].toSorted()) {
    if (!isWanted(path) || /\.(?:gen|fixture|test)\.ts$/.test(path)) continue;
    const file = Bun.file(`${root}/${path}`);
    const source = await file.text();
    const own = findMutants(path, source).map((mutant, at) => ({ ...mutant, path, id: mutants.length + at }));
    mutants.push(...own);
    await file.write(instrument(source, own));
  }
  for (const path of new Bun.Glob('**/*.test.ts').scanSync(root)) {
    const file = Bun.file(`${root}/${path}`);
    await file.write((await file.text()).replace("'bun:test'", `'${root}/tools/mutation/stand-in.ts'`));
  }
  return mutants;
}

/** Starts drive.ts on `orders` in the sandbox. Its standard output has the answers. */
export async function startDriver(root: string, mode: 'survey' | 'try', orders: unknown) {
  await Bun.write(`${root}/orders.json`, JSON.stringify(orders));
  const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc'];
  const words = [process.execPath, 'tools/mutation/drive.ts', mode, root];
  return Bun.spawn(['unshare', ...namespaces, 'nice', '-n', '19', 'sh', '-c', SANDBOX, 'sh', root, ...words], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: Bun.file(`${root}/driver.log`),
  });
}
