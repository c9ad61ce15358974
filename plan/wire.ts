import { LAYOUTS } from './layouts.gen.ts';
import type { Op, OpName, Plan, Stage } from './ops.ts';

export const MAGIC = 'limpid-plan 1\n';
const NO_WORD = '\0\0\0\0';
const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  host: NO_WORD,
  child: '\u0001\0\0\0',
  init: '\u0002\0\0\0',
  cleanup: '\u0003\0\0\0',
};
/** u32 of lengths, as they come up. */
const sizeWords: string[] = [];
const HEAD_BYTES = 12;

/** How an operation is laid out: its code, the number of its arguments, their names and first letters of their kinds. */
interface Layout {
  readonly code: string;
  readonly count: string;
  readonly names: readonly string[];
  readonly kinds: readonly string[];
}

const layouts: Partial<Record<OpName, Layout>> = {};

function layoutOf(op: OpName): Layout {
  const at = LAYOUTS.indexOf(`\n${op} `) + 1;
  const [, code, ...args] = LAYOUTS.slice(at, LAYOUTS.indexOf('\n', at)).split(' ');
  const names: string[] = [];
  const kinds: string[] = [];
  for (let i = 0; i < args.length; i++) {
    names.push(args[i]!.slice(1));
    kinds.push(args[i]![0]!);
  }
  return { code: u32(Number(code)), count: u32(args.length), names, kinds };
}

/** A number below 128, as u32. */
function u32(value: number): string {
  return `${String.fromCharCode(value)}\0\0\0`;
}

/**
 * Encodes a plan for the executor. Layout, all integers u32 little-endian: the magic, the number of
 * operations, then for each: opcode, stage (0 host, 1 child, 2 init, 3 cleanup), argument count, and each
 * argument as length, bytes, NUL. Numbers are decimal text; a list is its items, each ended by a NUL.
 * Throws RangeError where a text holds a NUL.
 */
export function encodePlan(plan: Plan): Uint8Array {
  return encode(plan, false) ?? encode(plan, true)!;
}

/**
 * The bytes as one string of characters below 128, which the runtime turns into bytes in one native call. This runs once
 * in a process that has just started, where nothing is compiled yet and each call in the innermost loop counts. What
 * does not fit (blobs, lengths above 127, with `beyondAscii` every text) is set afterwards. Undefined where a text
 * turned out not to be ASCII.
 */
function encode(plan: Plan, beyondAscii: boolean): Uint8Array | undefined {
  // Ropes: the runtime makes one flat string of them at the end.
  let encoded = MAGIC + NO_WORD;
  const later: Later = { words: [MAGIC.length, plan.length], blobs: [] };
  let length = MAGIC.length + 4;
  for (const op of plan) {
    const { code, count, names, kinds } = (layouts[op.op] ??= layoutOf(op.op));
    encoded += code + STAGE_WORDS[op.stage] + count;
    length += HEAD_BYTES;
    const values = op as unknown as Record<string, unknown>;
    for (let i = 0; i < names.length; i++) {
      const value = values[names[i]!];
      const text =
        typeof value === 'number' ? `${value}` : argText(kinds[i]!, value, op, names[i]!, beyondAscii, length, later);
      const size = text.length;
      if (size >= 128) later.words.push(length, size);
      encoded += `${size < 128 ? (sizeWords[size] ??= u32(size)) : NO_WORD}${text}\0`;
      length += size + 5;
    }
  }
  return finish(encoded, length, later);
}

/** What is set once the string is bytes: pairs of position and u32, and blobs by position. */
interface Later {
  readonly words: number[];
  readonly blobs: { readonly at: number; readonly bytes: Uint8Array }[];
}

function argText(
  kind: string,
  value: unknown,
  op: Op,
  name: string,
  beyondAscii: boolean,
  length: number,
  later: Later,
): string {
  if (kind === 'b') return blobText(value as Uint8Array, length, later);
  if (kind === 'f') return value ? '1' : '0';
  if (kind !== 't' && kind !== 'l') return String(value as number | bigint);
  const texts = kind === 't' ? [value as string] : (value as readonly string[]);
  for (const text of texts) if (text.includes('\0')) throw new RangeError(`${op.op}.${name} holds a NUL byte`);
  const joined = kind === 't' ? texts[0]! : texts.map((text) => `${text}\0`).join('');
  return beyondAscii ? blobText(new TextEncoder().encode(joined), length, later) : joined;
}

function blobText(bytes: Uint8Array, length: number, later: Later): string {
  later.blobs.push({ at: length + 4, bytes });
  return '\0'.repeat(bytes.length);
}

function finish(text: string, length: number, { words, blobs }: Later): Uint8Array | undefined {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length !== length) return undefined;
  const view = new DataView(encoded.buffer, encoded.byteOffset);
  for (let i = 0; i < words.length; i += 2) view.setUint32(words[i]!, words[i + 1]!, true);
  for (const { at, bytes } of blobs) encoded.set(bytes, at);
  return encoded;
}
