/** A container being made of an image that is being removed: one of the two loses, and says so. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { checkStore } from '../../engine/images/check.ts';
import { imageOf, tar } from '../image-archive.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { pushImage } from '../registry-images.ts';
import { until } from '../cli/until.ts';
import { FaultWorld, type Ended } from './fault-world.ts';

const ROUNDS = 12;
const fault = new FaultWorld();
let registry: Registry;
let name = '';

beforeAll(async () => {
  registry = await startRegistry();
  await pushImage(registry.host, 'app:1', imageOf([tar([{ path: 'x', data: 'x' }])]));
  name = `${registry.host}/app:1`;
});
afterAll(async () => {
  await fault.drop();
  await registry.stop();
});

/** What is made is whole, and what is gone is told. */
async function expectOneWinner(create: Ended, rmi: Ended): Promise<void> {
  if (create.code === 0) {
    expect([rmi.code, rmi.err]).toEqual([2, expect.stringContaining('container "c" needs it')]);
    await fault.must('rm', 'c');
    expect((await checkStore(fault.world)).damages).toEqual([]);
    await fault.must('rmi', name);
  } else {
    expect([rmi.code, create.code, create.err]).toEqual([
      0,
      125,
      expect.stringMatching(/not known here|not in the store|is missing/),
    ]);
    expect((await fault.limpid(['ps', '-aq'])).out).toBe('');
  }
}

const CREATE = () => ['create', '--pull', 'never', '--name', 'c', name, 'x'];
const pullIt = () => fault.must('pull', '-q', '--tls-verify=false', name);

test('create and rmi', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await pullIt();
    const late = (words: readonly string[], ms: number) => Bun.sleep(ms).then(() => fault.limpid(words));
    const [create, rmi] = await Promise.all([late(CREATE(), (round % 4) * 2), late(['rmi', name], (round % 3) * 3)]);
    await expectOneWinner(create, rmi);
  }
});

test('rmi while a container of it is about to be written down', async () => {
  await pullIt();
  // Held back before its record gets its name. Where that is not long enough, the other one wins.
  const delay = ['-e', 'trace=rename', '-e', 'inject=rename:delay_enter=2000000:when=1'];
  const create = fault.limpid(CREATE(), ['strace', '-qq', '-o', '/dev/null', ...delay]);
  await until('its directory', () => fault.ids().length === 1);
  const rmi = await fault.limpid(['rmi', name]);
  await expectOneWinner(await create, rmi);
});

test('pull and rmi of images that share a layer', async () => {
  const shared = tar([{ path: 'shared', data: 'shared' }]);
  await pushImage(registry.host, 'a:1', imageOf([shared], { config: { Cmd: ['a'] } }));
  await pushImage(registry.host, 'b:1', imageOf([shared], { config: { Cmd: ['b'] } }));
  const [a, b] = ['a', 'b'].map((one) => `${registry.host}/${one}:1`);
  const pull = (image: string) => fault.limpid(['pull', '-q', '--tls-verify=false', image]);
  for (let round = 0; round < ROUNDS / 2; round++) {
    await pull(a!);
    const [pulled, removed, pruned] = await Promise.all([
      pull(b!),
      fault.limpid(['rmi', a!]),
      fault.limpid(['image', 'prune', '-f']),
    ]);
    expect([pulled, removed, pruned].map(({ code, err }) => [code, err])).toEqual([0, 0, 0].map((code) => [code, '']));
    expect((await checkStore(fault.world)).damages).toEqual([]);
    await fault.must('rmi', b!);
  }
});
