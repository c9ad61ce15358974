import {
  listDirectory,
  makeDirectories,
  readKernelFile,
  readRegularText,
  removeFile,
  renamePath,
  writeFile,
} from '../../kernel/files.ts';
import { LAYOUTS } from '../../plan/layouts.gen.ts';
import { statPath } from '../../kernel/file-status.ts';
import type { World } from '../world.ts';

/** What is kept for some words: by all of them, as a hash may meet another. */
export interface Kept {
  /** `keptFormat` of the program that wrote it. */
  readonly format: string;
  readonly words: readonly string[];
}

/** How a command goes on once its process runs; `undefined` where it leaves it alone. */
export type KeptForeground =
  | {
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
      readonly signals: boolean;
      readonly detachKeys: readonly number[];
    }
  | undefined;

/** Another program, or another executor, may mean something else by the same bytes. */
export function keptFormat(): string {
  const program = statPath(process.execPath);
  return `1 ${program?.inode} ${program?.modifiedNs} ${Bun.hash(LAYOUTS)}`;
}

export type KeptKind = 'run' | 'exec';

/** More than so many are thrown away together: whoever runs that many different things is not helped by them. */
const MOST = 256;

function directoryOf({ runroot }: Pick<World, 'runroot'>): string {
  return `${runroot}/kept`;
}

function pathOf(world: Pick<World, 'runroot'>, kind: KeptKind, words: readonly string[]): string {
  return `${directoryOf(world)}/${kind}-${Bun.hash(words.join('\0')).toString(16)}`;
}

/** What these words came to before; `undefined` where that is not kept. */
export function readKept<T extends Kept>(world: World, kind: KeptKind, words: readonly string[]): T | undefined {
  // Whoever may not read it, or finds none, has to go the whole way.
  const text = readKernelFile(pathOf(world, kind, words));
  // An empty one says that the words were met once.
  const kept = text === undefined || text === '' ? undefined : parseKept<T>(text);
  if (kept?.format !== keptFormat()) return undefined;
  const isSame = kept.words.length === words.length && kept.words.every((word, index) => word === words[index]);
  return isSame ? kept : undefined;
}

/** A damaged one is as good as none. */
function parseKept<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Notes that these words were met; from the second time on, `make` says what is kept. Nothing of that is owed to anybody. */
export function noteKept(world: World, kind: KeptKind, words: readonly string[], make: () => Kept | undefined): void {
  const path = pathOf(world, kind, words);
  makeDirectories(directoryOf(world), 0o700);
  if (readRegularText(path) === undefined) return writeFile(path, '', { mode: 0o600, sync: false });
  const kept = make();
  if (kept === undefined) return;
  const names = listDirectory(directoryOf(world));
  if (names.length > MOST) for (const name of names) removeFile(`${directoryOf(world)}/${name}`);
  const aside = `${path}.${process.pid}`;
  writeFile(aside, JSON.stringify(kept), { mode: 0o600, sync: false });
  renamePath(aside, path);
}
