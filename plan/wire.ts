import { OPS, type ArgKind, type Op, type Plan, type Stage } from './ops.ts';

export const MAGIC = 'limpid-plan 1\n';
const STAGES: readonly Stage[] = ['host', 'child', 'init', 'cleanup'];
const CODES = new Map(Object.keys(OPS).map((name, code) => [name, code]));

/**
 * Encodes a plan for the executor. Layout, all integers u32 little-endian: the magic, the number of
 * operations, then for each: opcode, stage (0 host, 1 child, 2 init, 3 cleanup), argument count, and each
 * argument as length, bytes, NUL. Numbers are decimal text; a list is its items, each ended by a NUL.
 * Throws RangeError where a text holds a NUL.
 */
export function encodePlan(plan: Plan): Uint8Array {
  const writer = new Writer();
  writer.bytes(new TextEncoder().encode(MAGIC));
  writer.u32(plan.length);
  for (const op of plan) encodeOp(writer, op);
  return writer.finish();
}

function encodeOp(writer: Writer, op: Op): void {
  const kinds = Object.entries(OPS[op.op]) as [string, ArgKind][];
  writer.u32(CODES.get(op.op)!);
  writer.u32(STAGES.indexOf(op.stage));
  writer.u32(kinds.length);
  const values = op as unknown as Record<string, unknown>;
  for (const [name, kind] of kinds) encodeArg(writer, kind, values[name], `${op.op}.${name}`);
}

function encodeArg(writer: Writer, kind: ArgKind, value: unknown, where: string): void {
  switch (kind) {
    case 'blob':
      return writer.arg(value as Uint8Array);
    case 'text':
      return writer.text(value as string, where);
    case 'list':
      return writer.list(value as readonly string[], where);
    case 'flag':
      return writer.text(value ? '1' : '0', where);
    default:
      return writer.text(String(value as number | bigint), where);
  }
}

class Writer {
  #buffer = new Uint8Array(16384);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;
  readonly #encoder = new TextEncoder();

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  arg(value: Uint8Array): void {
    this.u32(value.length);
    this.bytes(value);
    this.#room(1);
    this.#buffer[this.#length++] = 0;
  }

  text(value: string, where: string): void {
    if (value.includes('\0')) throw new RangeError(`${where} holds a NUL byte`);
    this.#room(4 + value.length * 3 + 1);
    const { written } = this.#encoder.encodeInto(value, this.#buffer.subarray(this.#length + 4));
    this.#view.setUint32(this.#length, written, true);
    this.#length += 4 + written;
    this.#buffer[this.#length++] = 0;
  }

  list(values: readonly string[], where: string): void {
    if (values.some((value) => value.includes('\0'))) throw new RangeError(`${where} holds a NUL byte`);
    this.arg(this.#encoder.encode(values.map((value) => `${value}\0`).join('')));
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}
