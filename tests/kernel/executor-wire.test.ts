import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { OPS, type OpName } from '../../plan/ops.ts';
import { encodePlan } from '../../plan/wire.ts';
import { exampleOp } from '../../tools/fuzz-native.ts';
import { ASAN_EXECUTOR, run } from './native-harness.ts';

const NAMES = Object.keys(OPS) as OpName[];
/** Nothing is ever done: the plan ends in an operation that no process can carry out in this place. */
const valid = encodePlan([...NAMES.map(exampleOp), exampleOp('supervise')]);

// The sanitized build ends with another code than 1 and without a frame where a byte is read that is not the plan's.
test.skipIf(!existsSync(ASAN_EXECUTOR))(
  'no bytes crash the reader of plans, and all that are no plan are refused',
  async () => {
    const mutation = fc.record({ at: fc.nat(valid.length - 1), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) });
    const mutated = fc.tuple(fc.array(mutation, { maxLength: 6 }), fc.nat(valid.length)).map(([mutations, length]) => {
      const bytes = valid.slice();
      for (const { at, bytes: other } of mutations) bytes.set(other.subarray(0, bytes.length - at), at);
      return bytes.subarray(0, length);
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 64 })), async (bytes) => {
        const { control, monitor } = run(bytes, {}, ASAN_EXECUTOR);
        const frame = control.frame();
        control.close();
        expect(frame.type).toBe(4);
        expect(frame.text).toMatch(/^\d+ 22 plan$/);
        expect(await monitor.exited).toBe(1);
      }),
      { numRuns: 60, seed: 5 },
    );
  },
);
