import { LimpidError } from '../../base/error.ts';
import { listDirectory, makeDirectories, removeFile, renamePath, writeFile } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import { OPS_DIGEST } from '../../plan/ops-digest.gen.ts';
import { clientFlags } from '../foreground.ts';
import type { World } from '../world.ts';
import { encodePieces, u32, type Piece } from './blanks.ts';
import type { Fact } from './facts.ts';

/** How a command goes on once its process runs; `undefined` where it leaves it alone. */
export type KeptForeground =
  | {
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
      readonly signals: boolean;
    }
  | undefined;

/** A part of a kept file: a text or a number, a list of facts, or pieces. Their order is that of native/again*.c. */
export type Field = string | number | { readonly facts: readonly Fact[] } | { readonly pieces: readonly Piece[] };

/** Commands that are only told what they were told before. */
export type AnsweredKind = 'ps' | 'inspect' | 'images';

export type KeptKind = 'run' | 'exec' | AnsweredKind;

/** More than so many of a kind are thrown away together: whoever runs that many different things is not helped by them. */
const MOST = 256;

/** A program of another version may mean something else by the same bytes. */
const FORMAT = `limpid-kept 1 ${OPS_DIGEST}`;

/** Where what some words came to is kept. */
export function keptPath({ runroot }: Pick<World, 'runroot'>, kind: KeptKind, words: readonly string[]): string {
  return `${runroot}/kept/${kind}-${hashOf(words)}`;
}

/**
 * What of keeping came to its end; `undefined` where it could not, on a full disk perhaps. Nothing of it is owed to anybody:
 * the command itself has gone well.
 */
export function ifPossible<T>(keep: () => T): T | undefined {
  try {
    return keep();
  } catch (error) {
    if (error instanceof LimpidError) return undefined;
    throw error;
  }
}

/** Notes that these words were met; from the second time on, `make` says what is kept. */
export function noteKept(
  world: World,
  kind: KeptKind,
  words: readonly string[],
  make: () => readonly Field[] | undefined,
): void {
  ifPossible(() => {
    const path = keptPath(world, kind, words);
    const directory = path.slice(0, path.lastIndexOf('/'));
    makeDirectories(directory, 0o700);
    if (statPath(path) === undefined) {
      makeRoom(directory, kind);
      return writeFile(path, '', { mode: 0o600, sync: false });
    }
    const kept = make();
    if (kept !== undefined) writeKept(world, kind, words, kept);
  });
}

/** Keeps it for these words; visible at once as a whole. */
export function writeKept(world: World, kind: KeptKind, words: readonly string[], kept: readonly Field[]): void {
  const path = keptPath(world, kind, words);
  const aside = `${path}.${process.pid}`;
  const head = [FORMAT, process.execPath, world.root, world.runroot, words.length, ...words];
  try {
    writeFile(aside, encodeFields([...head, ...kept]), { mode: 0o600, sync: false });
    renamePath(aside, path);
  } catch (error) {
    removeFile(aside);
    throw error;
  }
}

/** Where there are too many of a kind, whose questions would else push out what others come back to. */
export function makeRoom(directory: string, kind: KeptKind): void {
  const names = listDirectory(directory).filter((name) => name.startsWith(`${kind}-`));
  if (names.length >= MOST) for (const name of names) removeFile(`${directory}/${name}`);
}

/** What the client is told of a foreground, and its detach keys: none, as what has a terminal is not kept. Nothing where there is none. */
export function foregroundFields(foreground: KeptForeground): [string, string] {
  if (foreground === undefined) return ['', ''];
  const flags = clientFlags({ ...foreground, subscribe: false, terminal: false });
  return [String(flags), ''];
}

function encodeFields(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.flatMap(encodeField));
}

function encodeField(field: Field): Uint8Array[] {
  if (typeof field !== 'object') return [Buffer.from(`${field}\0`)];
  if ('facts' in field) return [encodeFields([field.facts.length, ...field.facts.flat()])];
  const bytes = encodePieces(field.pieces);
  return [u32(bytes.length), bytes];
}

/** FNV-1a, twice from different beginnings, of the words with a NUL behind each. */
function hashOf(words: readonly string[]): string {
  const bytes = Buffer.from(words.map((word) => `${word}\0`).join(''));
  return [0x811c9dc5, 0x9747b28c]
    .map((basis) => {
      let hash = basis;
      for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
      return (hash >>> 0).toString(16).padStart(8, '0');
    })
    .join('');
}
