/** kill -9 at a system call of a command that writes images for others: what has a name is whole, and a second try works. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hex, imageOf, ociMembers, tar } from '../image-archive.ts';
import { ended, FaultWorld, list, text } from './fault-world.ts';

/** Calls at which a command is killed, spread over all that it makes; LIMPID_FAULTS=all: each of them. */
const SAMPLE = Bun.env['LIMPID_FAULTS'] === 'all' ? Number.POSITIVE_INFINITY : 10;
const fault = new FaultWorld();
const killer = `${fault.path}/kill-at`;
const out = `${fault.path}/out`;
const layer = tar([{ path: 'f', data: crypto.getRandomValues(new Uint8Array(50_000)) }]);
const image = imageOf([layer, tar([{ path: 'g', data: 'x' }])]);

beforeAll(async () => {
  const source = fileURLToPath(new URL('kill-at.c', import.meta.url));
  expect(await ended(['gcc', '-O1', '-Wall', '-Wextra', '-Werror', '-o', killer, source])).toMatchObject({ code: 0 });
  writeFileSync(`${fault.path}/image.tar`, tar(ociMembers(image, 'localhost/app:1')));
  await fault.must('load', '-q', '-i', `${fault.path}/image.tar`);
});
afterAll(() => fault.drop());

/** Runs a command, killed at its `point`th call (0: at none); answers how many calls there were. */
async function killAt(point: number, words: readonly string[]): Promise<number> {
  const report = `${fault.path}/report`;
  const command = ['sh', '-c', 'exec "$@" 3>"$0"', report, killer, `${point}`, 'all', ...fault.command(...words)];
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' });
  await child.exited;
  return Number(/^calls (\d+)$/m.exec(text(report))?.[1] ?? 0);
}

function emptyOut(): void {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
}

/** Calls to be killed at, of all that a command makes. */
async function points(words: readonly string[]): Promise<number[]> {
  emptyOut();
  const calls = await killAt(0, words);
  expect(calls).toBeGreaterThan(20);
  const step = Math.max(1, calls / SAMPLE);
  return Array.from({ length: Math.min(SAMPLE, calls) }, (_, at) => Math.floor(calls - at * step)).filter(
    (one) => one > 0,
  );
}

describe.each(['docker-archive', 'oci-archive'])('save --format %s', (format) => {
  test('the archive is there, whole, or nothing is', async () => {
    const words = ['save', '-q', '--format', format, '-o', `${out}/saved.tar`, 'app:1'];
    const all = await points(words);
    const whole = readFileSync(`${out}/saved.tar`);
    let finished = 0;
    for (const point of all) {
      emptyOut();
      await killAt(point, words);
      for (const name of readdirSync(out)) {
        // Between its first name and its last one it has both its bytes and a name that says that it is not done.
        expect([point, name]).toEqual([point, expect.stringMatching(/^saved\.tar(\.\d+\.partial)?$/)]);
        expect([point, readFileSync(`${out}/${name}`).equals(whole)]).toEqual([point, true]);
        if (name === 'saved.tar') finished++;
      }
      await fault.must(...words);
      expect([point, readFileSync(`${out}/saved.tar`).equals(whole)]).toEqual([point, true]);
    }
    expect(finished).toBeLessThan(all.length);
  });
});

test('push to a layout: its index names what is there, and the next push completes it', async () => {
  const words = ['push', '-q', 'app:1', `oci:${out}/layout:1`];
  let named = 0;
  const all = await points(words);
  for (const point of all) {
    emptyOut();
    await killAt(point, words);
    const index = text(`${out}/layout/index.json`);
    if (index !== '') {
      named++;
      const { manifests } = JSON.parse(index);
      expect([point, manifests.length, text(`${out}/layout/oci-layout`)]).toEqual([
        point,
        1,
        '{"imageLayoutVersion":"1.0.0"}',
      ]);
    }
    const blobs = `${out}/layout/blobs/sha256`;
    for (const name of list(blobs))
      expect([point, hex(readFileSync(`${blobs}/${name}`))]).toEqual([point, name.slice(0, 64)]);
    await fault.must(...words);
    expect([point, await fault.must('pull', '-q', `oci:${out}/layout:1`)]).toEqual([point, hex(image.config)]);
  }
  expect(named).toBeLessThan(all.length);
});
