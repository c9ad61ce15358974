import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../base/error.ts';
import { decodePlan } from './decode.ts';
import { OPS, type ArgKind, type Op, type OpName, type Plan } from './ops.ts';
import { encodePlan, MAGIC } from './wire.ts';

const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
const integer = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((value) => (value <= 2n ** 53n - 1n ? Number(value) : value));
const VALUES: Record<ArgKind, fc.Arbitrary<unknown>> = {
  slot: fc.integer({ min: -1, max: 63 }),
  text: fc.oneof(
    text,
    fc.string({ minLength: 120, maxLength: 140 }).map((value) => value.replaceAll('\0', '')),
  ),
  list: fc.array(text, { maxLength: 5 }),
  int: integer,
  octal: fc.nat(),
  hex: integer,
  flag: fc.boolean(),
  blob: fc.uint8Array({ maxLength: 300 }),
};

const operation = fc.constantFrom(...(Object.keys(OPS) as OpName[])).chain((op) => {
  const args = Object.entries(OPS[op]).map(([name, kind]) => [name, VALUES[kind as ArgKind]] as const);
  const stage = fc.constantFrom('host', 'child', 'init', 'cleanup');
  return fc.record({
    op: fc.constant(op),
    stage,
    because: fc.constant(''),
    ...Object.fromEntries(args),
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Op>;
});

const mkdir: Op = { op: 'mkdir', stage: 'child', because: 'x', at: -1, path: '/é', mode: 0o755, existOk: true };

describe('encodePlan', () => {
  test('writes what docs/protocol.md says, byte for byte', () => {
    const code = Object.keys(OPS).indexOf('mkdir');
    const u32 = (value: number) => [value, 0, 0, 0];
    const arg = (value: string) => [...u32(Buffer.byteLength(value)), ...Buffer.from(value), 0];
    const ops = [...u32(code), ...u32(1), ...u32(4), ...arg('-1'), ...arg('/é'), ...arg('493'), ...arg('1')];
    expect([...encodePlan([mkdir])]).toEqual([...Buffer.from(MAGIC), ...u32(1), ...ops]);
  });

  test('is undone by decodePlan', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 12 }), (plan) => {
        expect(decodePlan(encodePlan(plan))).toEqual(plan);
      }),
    );
  });

  test('writes lengths above 127 and above 255', () => {
    for (const length of [127, 128, 255, 256, 70_000]) {
      const plan: Plan = [{ op: 'chdir', stage: 'init', because: '', path: 'x'.repeat(length) }];
      expect(decodePlan(encodePlan(plan))).toEqual(plan);
    }
  });

  test('refuses a NUL in a text and in a list', () => {
    expect(() => encodePlan([{ op: 'chdir', stage: 'init', because: '', path: '/a\0b' }])).toThrow(
      new RangeError('chdir.path holds a NUL byte'),
    );
    const exec: Op = { op: 'exec', stage: 'init', because: '', candidates: ['/a'], argv: ['a', 'b\0'], env: [] };
    expect(() => encodePlan([exec])).toThrow(new RangeError('exec.argv holds a NUL byte'));
  });
});

describe('decodePlan', () => {
  const failure = (bytes: Uint8Array): string => {
    try {
      return `no error, but ${decodePlan(bytes).length} operations`;
    } catch (error) {
      return error instanceof LimpidError ? `${error.code}: ${error.message}` : String(error);
    }
  };

  test('tells what is wrong and where', () => {
    const good = encodePlan([mkdir]);
    const changed = (at: number, value: number) => good.with(at, value);
    const end = good.length;
    expect(failure(changed(0, 65))).toBe('EPLAN: cannot read an encoded plan: it does not begin as one (byte 14)');
    expect(failure(changed(18, 200))).toBe(
      'EPLAN: cannot read an encoded plan: an operation or its stage is unknown (byte 26)',
    );
    expect(failure(changed(26, 3))).toBe(
      'EPLAN: cannot read an encoded plan: "mkdir" has a wrong number of arguments (byte 30)',
    );
    expect(failure(changed(end - 1, 1))).toBe(
      `EPLAN: cannot read an encoded plan: an argument does not end with NUL (byte ${end})`,
    );
    expect(failure(good.slice(0, -1))).toBe(`EPLAN: cannot read an encoded plan: it ends too early (byte ${end - 1})`);
    expect(failure(new Uint8Array([...good, 0]))).toBe(
      `EPLAN: cannot read an encoded plan: something follows its last operation (byte ${end})`,
    );
  });
});
