import { LimpidError } from '../base/error.ts';
import { OPS, type ArgKind, type Op, type OpName, type Plan, type Stage } from './ops.ts';
import { MAGIC } from './wire.ts';

const STAGES: readonly Stage[] = ['host', 'child', 'init', 'cleanup'];
const NAMES = Object.keys(OPS) as OpName[];

/** Reads what `encodePlan` wrote, but for `because`, which stays out of the wire. Throws LimpidError `EPLAN` for other bytes. */
export function decodePlan(bytes: Uint8Array): Plan {
  const reader = new Reader(bytes);
  if (reader.text(MAGIC.length) !== MAGIC) throw reader.error('it does not begin as one');
  const plan = Array.from({ length: reader.u32() }, () => decodeOp(reader));
  if (!reader.isAtEnd) throw reader.error('something follows its last operation');
  return plan;
}

function decodeOp(reader: Reader): Op {
  const op = NAMES[reader.u32()];
  const stage = STAGES[reader.u32()];
  if (op === undefined || stage === undefined) throw reader.error('an operation or its stage is unknown');
  const kinds = Object.entries(OPS[op]) as [string, ArgKind][];
  if (reader.u32() !== kinds.length) throw reader.error(`"${op}" has a wrong number of arguments`);
  const args = kinds.map(([name, kind]) => [name, decodeArg(reader, kind)]);
  return { op, stage, because: '', ...Object.fromEntries(args) } as Op;
}

/** Integers come back as numbers where these hold them exactly, else as bigints. */
function decodeArg(reader: Reader, kind: ArgKind): unknown {
  const bytes = reader.arg();
  if (kind === 'blob') return bytes;
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (kind === 'text') return text;
  if (kind === 'list') return text.split('\0').slice(0, -1);
  if (kind === 'flag') return text === '1';
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  error(why: string): LimpidError {
    return new LimpidError({
      code: 'EPLAN',
      doing: 'read',
      subject: 'an encoded plan',
      why: `${why} (byte ${this.#at})`,
    });
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw this.error('it ends too early');
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  u32(): number {
    if (this.#at + 4 > this.#bytes.length) throw this.error('it ends too early');
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  arg(): Uint8Array {
    const bytes = this.take(this.u32());
    if (this.take(1)[0] !== 0) throw this.error('an argument does not end with NUL');
    return bytes;
  }
}
