/** Reads what a `run` has kept, and fills its blanks in, as native/again_run.c and again_fill.c do. */
import { readFileSync } from 'node:fs';
import { BLANK } from '../../engine/kept/blanks.ts';
import { keptPath } from '../../engine/kept/kept-file.ts';
import type { World } from '../../engine/world.ts';

export interface KeptRun {
  readonly words: readonly string[];
  readonly foreground: readonly string[];
  readonly config: Buffer;
  readonly endpoints: Buffer;
  readonly plan: Buffer;
  readonly facts: readonly (readonly string[])[];
}

/** `undefined` where nothing is kept for these words, or nothing but that they were met. */
export function readKeptRun(world: World, words: readonly string[]): KeptRun | undefined {
  const bytes = contentOf(keptPath(world, 'run', words));
  if (bytes === undefined || bytes.length === 0) return undefined;
  let at = 0;
  const text = () => bytes.toString('utf8', at, (at = bytes.indexOf(0, at) + 1) - 1);
  const texts = (count: number) => Array.from({ length: count }, text);
  const part = () => {
    const begin = at + 4;
    at = begin + bytes.readUInt32LE(at);
    return bytes.subarray(begin, at);
  };
  // Format, program, root and runroot come first.
  texts(4);
  const kept = { words: texts(Number(text())), foreground: texts(2) };
  // The lock, whether it stays, names and their size, the leases, the host name.
  texts(5 + 4 + 1);
  const pieces = { config: part(), endpoints: part(), plan: part() };
  const facts: string[][] = [];
  while (at < bytes.length) for (let count = Number(text()); count > 0; count--) facts.push(texts(3));
  return { ...kept, ...pieces, facts };
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

export function fillBlanks(
  blanked: Buffer,
  own: Readonly<Partial<Record<keyof typeof BLANK, string | Uint8Array>>>,
): Buffer {
  const things: Partial<typeof own> = { ...own, shortId: (own.id as string).slice(0, 12) };
  const parts: Buffer[] = [];
  let argument: Buffer[] | undefined;
  for (let at = 0; at < blanked.length;) {
    const piece = String.fromCharCode(blanked[at++]!);
    if (piece === '(') argument = [];
    else if (piece === ')') {
      const whole = Buffer.concat(argument!);
      argument = undefined;
      const size = Buffer.alloc(4);
      size.writeUInt32LE(whole.length);
      parts.push(size, whole);
    } else if (piece === '=') {
      const begin = at + 4;
      at = begin + blanked.readUInt32LE(at);
      (argument ?? parts).push(blanked.subarray(begin, at));
    } else {
      const name = (Object.keys(BLANK) as (keyof typeof BLANK)[]).find((key) => BLANK[key] === piece)!;
      (argument ?? parts).push(Buffer.from(things[name] as string));
    }
  }
  return Buffer.concat(parts);
}
