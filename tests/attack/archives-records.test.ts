/** Whatever records the jail is told, in whatever order: nothing outside changes, and it ends with an answer. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { UNPACK, type UnpackKind } from '../../plan/unpack-records.ts';
import { startJail } from '../../store/layers/jail.ts';
import { RecordStream } from '../../store/layers/record-stream.ts';
import { LayerWorld } from '../kernel/layer-world.ts';

let world: LayerWorld;
let outside: string;
let before: string;

const look = (): string =>
  [outside, `${outside}/secret`, `${outside}/d`]
    .map((path) => {
      const { mode, uid, gid, mtimeMs, ctimeMs, nlink } = lstatSync(path);
      return [path, mode, uid, gid, mtimeMs, ctimeMs, nlink].join(' ');
    })
    .concat(readdirSync(outside), readFileSync(`${outside}/secret`, 'utf8'))
    .join('\n');

beforeAll(() => {
  world = new LayerWorld('/dev/shm');
  outside = world.file('outside');
  mkdirSync(`${outside}/d`, { recursive: true });
  writeFileSync(`${outside}/secret`, 'secret');
  before = look();
});
afterAll(() => world.drop());

const name = fc.constantFrom('a', 'b', 'c', '.', '..', '');
const path = fc.oneof(
  { weight: 4, arbitrary: fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')) },
  {
    weight: 2,
    arbitrary: fc.nat(3).map((which) => [`${outside}/secret`, `${outside}/d`, `${outside}/new`, outside][which]!),
  },
  {
    weight: 1,
    arbitrary: fc.nat(1).map((which) => '../'.repeat(12) + `${outside}/${['secret', 'd/new'][which]}`.slice(1)),
  },
);
const record = fc.record({
  kind: fc.constantFrom(...(Object.keys(UNPACK) as UnpackKind[]).filter((kind) => kind !== 'end')),
  path,
  target: path,
  mode: fc.constantFrom(0o755, 0o4777, 0o020666, 0o060600, 0o010644, 0),
  uid: fc.constantFrom(0, 1000),
  number: fc.constantFrom(0, 5, 100_000),
});

const takesText = new Set<UnpackKind>(['symlink', 'link', 'data', 'xattr']);

test('random records', async () => {
  const executor = await world.place.executor;
  let done = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 30 }), async (records) => {
      const directory = world.file('jail');
      mkdirSync(directory);
      const jail = startJail(executor, directory);
      const stream = new RecordStream((bytes) => jail.pipe.write(bytes));
      for (const { kind, path: where, target, ...fields } of records)
        stream.record(
          kind,
          kind === 'xattr' ? `user.${target.length}` : where,
          fields,
          takesText.has(kind) ? target : '',
        );
      stream.record('end', '');
      // It may have ended at the first of them already.
      try {
        stream.flush();
      } catch (error) {
        expect((error as { code?: string }).code).toBe('EPIPE');
      }
      const outcome = await jail.finish().catch((error: { code?: string }) => error.code);
      if (typeof outcome === 'object') done++;
      else expect(outcome).toBe('EUNPACK');
      rmSync(directory, { recursive: true });
      expect(look()).toBe(before);
    }),
    { numRuns: 150 },
  );
  // Not all of them fail at once: then nothing would have been tried.
  expect(done).toBeGreaterThan(2);
});
