import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { startPlan } from '../../kernel/plan-process.ts';
import { mountOverlay } from '../../plan/overlay.ts';
import { LayerWorld } from './layer-world.ts';

const MS_RDONLY = 1;
const MNT_DETACH = 2;

let world: LayerWorld;
beforeEach(() => {
  world = new LayerWorld();
  for (const name of ['upper', 'work', 'merged']) mkdirSync(world.file(name));
});
afterEach(async () => {
  const because = 'the test is over';
  const path = world.file('merged');
  await run([{ op: 'umount', stage: 'host', because, at: -1, path, flags: MNT_DETACH, missingOk: true }]);
  world.drop();
});

async function run(plan: Parameters<typeof startPlan>[0]) {
  return startPlan(plan, await world.place.executor).outcome;
}

/** Layer n has the files n and all of those above it; the topmost is the first. */
function layers(count: number, directory: string): string[] {
  return Array.from({ length: count }, (_, index) => {
    const path = `${directory}/${String(index).padStart(64, '0')}/diff`;
    mkdirSync(path, { recursive: true });
    writeFileSync(`${path}/file-${index}`, '');
    writeFileSync(`${path}/top`, String(index));
    return path;
  });
}

const kernelRelease = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
const isNew = Bun.semver.order(kernelRelease.split('-')[0]!, '6.5.0') >= 0;

// The descriptors' way runs everywhere; the other one where the kernel has it.
describe.each(isNew ? [kernelRelease, '5.10.0'] : ['5.10.0'])('as on Linux %s', (release) => {
  test('128 layers are one overlay', async () => {
    const overlay = { lower: layers(128, world.file('layers')), upper: world.file('upper'), work: world.file('work') };
    const facts = { kernelRelease: release };
    const op = mountOverlay(overlay, { target: world.file('merged'), flags: 0, because: 'test', facts });
    expect(op.op).toBe('overlay');
    expect(await run([op])).toEqual({ kind: 'done' });
    expect(readdirSync(world.file('merged')).length).toBe(129);
    expect(readFileSync(world.file('merged/top'), 'utf8')).toBe('0');
    writeFileSync(world.file('merged/new'), 'written');
    expect(readFileSync(world.file('upper/new'), 'utf8')).toBe('written');
  });

  test('read-only, with names that need care', async () => {
    const lower = layers(80, world.file('a:b,c\\d'));
    const facts = { kernelRelease: release };
    const op = mountOverlay({ lower }, { target: world.file('merged'), flags: MS_RDONLY, because: 'test', facts });
    expect(await run([op])).toEqual({ kind: 'done' });
    expect(readdirSync(world.file('merged')).length).toBe(81);
    expect(() => writeFileSync(world.file('merged/new'), '')).toThrow('EROFS');
  });

  test('a layer that is missing is the failure', async () => {
    const lower = [...layers(100, world.file('layers')), world.file('nowhere')];
    const facts = { kernelRelease: release };
    const op = mountOverlay({ lower }, { target: world.file('merged'), flags: 0, because: 'test', facts });
    const call = op.op === 'overlay' && op.byDescriptor ? 'open' : 'fsconfig';
    expect(await run([op])).toEqual({ kind: 'failed', index: 0, errno: 2, call });
  });
});
