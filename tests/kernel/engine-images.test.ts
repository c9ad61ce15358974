/** Images through the library's face. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { busyboxImage, pushImage, type PushedImage } from '../registry-images.ts';
import { EngineWithoutNetwork } from './engine-without-network.ts';

const directory = mkdtempSync('/tmp/limpid-library-');
const engine = new EngineWithoutNetwork({ root: `${directory}/root`, runroot: `${directory}/run` });
const { images } = engine;
let registry: Registry;
let pushed: PushedImage;
let name = '';

beforeAll(async () => {
  registry = await startRegistry();
  pushed = await pushImage(registry.host, 'app:1', busyboxImage({ Cmd: ['sh', '-c', 'echo made > /made'] }));
  name = `${registry.host}/app:1`;
});
afterAll(async () => {
  await registry.stop();
  rmSync(directory, { recursive: true });
});

test('pull, run, commit, check, remove', async () => {
  const pulled = { id: pushed.id, name };
  const registryOptions = { registry: { tlsVerify: false } };
  expect(await images.pull(name, registryOptions)).toEqual([{ ...pulled, changed: true }]);
  expect(await images.pull(name, registryOptions)).toEqual([{ ...pulled, changed: false }]);
  expect([images.exists(name), images.find(name).id, images.inspect(name).Digest]).toEqual([
    true,
    pushed.id,
    pushed.digest,
  ]);
  await engine.run({ image: name, name: 'c' });
  expect((await engine.wait('c')).code).toBe(0);
  expect(await images.diffContainer('c')).toEqual([{ kind: 'added', path: '/made' }]);
  const made = await images.commit('c', { name: 'made', message: 'why' });
  expect(images.history('made')[0]).toMatchObject({ id: made, comment: 'why', tags: ['localhost/made:latest'] });
  // Its layer has the directory that /etc/hosts was mounted in.
  expect(images.diff('made').map(({ path }) => path)).toEqual(['/etc', '/made']);
  expect(images.tree('made').layers.map(({ topOf }) => topOf)).toEqual([[name], ['localhost/made:latest']]);
  const { path } = await images.mount('made');
  expect(await Bun.file(`${path}/made`).text()).toBe('made\n');
  expect([images.mounted().length, await images.unmount('made'), await images.unmount('made')]).toEqual([
    1,
    true,
    false,
  ]);
  expect(await images.check()).toEqual({ images: 2, layers: 2, damages: [] });
  images.tag('made', 'other');
  images.untag('made', 'other');
  await engine.remove('c');
  expect((await images.remove('made')).deleted).toBe(made);
  expect((await images.prune({ all: true })).removed).toEqual([pushed.id]);
  expect(images.list()).toEqual([]);
});
