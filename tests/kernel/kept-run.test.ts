/** Law: a kept plan with another container's own things put in is, byte for byte, what the whole way computes for it. */
import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { CREATE_OPTIONS } from '../../cli/create-options/options.ts';
import { newConfig } from '../../cli/create-options/new-config.ts';
import { parseOptions } from '../../cli/parse/parse-options.ts';
import { prepareLaunch } from '../../engine/containers/prepare.ts';
import type { ContainerConfig } from '../../engine/config.ts';
import { maskName } from '../../engine/kept/masked-words.ts';
import { keepRun } from '../../engine/kept/keep-run.ts';
import { wasTold } from '../../engine/kept/told-before.ts';
import { containerPaths } from '../../engine/records/paths.ts';
import { World } from '../../engine/world.ts';
import type { Plan } from '../../plan/ops.ts';
import { encodePlan } from '../../plan/wire.ts';
import { fillBlanks, readKeptRun } from './kept-file.ts';

const directory = mkdtempSync('/tmp/limpid-kept-');
afterAll(() => rmSync(directory, { recursive: true }));

const newWorld = () => new World({ root: `${directory}/root`, runroot: `${directory}/run` });
const foreground = { stdin: false, stdout: true, stderr: true, signals: true };

const parse = (words: readonly string[]) =>
  parseOptions(CREATE_OPTIONS, words, { command: 'run', stopAtFirstArgument: true });

function configOf(words: readonly string[]): ContainerConfig {
  return newConfig(newWorld(), { command: 'limpid run', words, ...parse(words) });
}

/** As the command has them. */
const wordsOf = (words: readonly string[]) => ({ words, args: parse(words).args });

async function wholeWay(world: World, config: ContainerConfig): Promise<Plan> {
  return (await prepareLaunch(world, config, containerPaths(world, config.id, config.autoRemove))).plan;
}

const prefixOf = (plan: Plan) => plan.find((op) => op.op === 'record_start')!.prefix;

/** Keeps what these words came to, as the second of two runs does. */
async function keep(world: World, words: readonly string[], config = configOf(words)): Promise<Plan> {
  const plan = await wholeWay(world, config);
  const started = { config, paths: containerPaths(world, config.id, config.autoRemove), plan };
  for (let time = 0; time < 2; time++) keepRun(world, { ...wordsOf(words), started, foreground });
  return plan;
}

const KEPT = [
  '--rm --network none builtin:busybox true',
  '--network none --name lab --hostname here builtin:busybox sleep 60',
  '--network none --name=lab builtin:busybox echo --name "lab" lab',
  '--rm --network none -m 128m --memory-swap 256m --pids-limit 64 --cpu-shares 512 builtin:busybox sh -c id',
  '--rm --network none --read-only --tmpfs /scratch --user 1000:1000 -w /tmp builtin:busybox pwd',
  '--rm --network none -e A=é -e B= --label x=y --cap-drop all --cap-add chown --ulimit nofile=64 builtin:busybox env',
  '--rm --network none --uts host --ipc private --cgroupns host --pid host builtin:busybox ps',
].map((line) => line.split(' '));

test.each(KEPT.map((words) => [words.join(' '), words] as const))('run %s', async (_, words) => {
  const world = newWorld();
  await keep(world, words);
  const nameless = words.length - wordsOf(words).args.length;
  const again = words.map((word, at) => (at < nameless ? word.replace(/^(--name=)?lab$/, '$1another-name') : word));
  const config = configOf(again);
  const whole = await wholeWay(world, config);
  const kept = readKeptRun(world, maskName(wordsOf(again))!.words)!;
  const { id, name, created } = config;
  const own = { id, name, created, started: prefixOf(whole).split(' ')[1]! };
  expect(fillBlanks(kept.plan, own).equals(encodePlan(whole))).toBe(true);
  expect(JSON.parse(fillBlanks(kept.config, own).toString())).toEqual(JSON.parse(JSON.stringify(config)));
  expect(kept.foreground).toEqual(['52', '']);
  expect(kept.facts.map(([kind]) => kind)).toContain('path');
});

/** Those that hold more than that their words were met. */
function keptFiles(): string[] {
  const kept = `${directory}/run/kept`;
  return existsSync(kept) ? readdirSync(kept).filter((name) => statSync(`${kept}/${name}`).size > 0) : [];
}

const LOOKALIKES = [
  '--label --name --network none builtin:busybox true',
  '--network none builtin:busybox echo --name x',
  '--network none --label=a builtin:busybox sh --name=y',
  '--network none --name one --name two builtin:busybox true',
  '--network none --name one --name one builtin:busybox true',
  '--network none -l --name=one --name one builtin:busybox true',
  '--network none builtin:busybox echo \u0001',
].map((line) => line.split(' '));

test.each(LOOKALIKES.map((words) => [words.join(' '), words] as const))('a name that is none: %s', async (_, words) => {
  const before = keptFiles();
  await keep(newWorld(), words);
  expect(keptFiles()).toEqual(before);
});

const NOT_KEPT = [
  '--rm --network none -v /tmp:/data builtin:busybox true',
  '--rm --network none --device /dev/fuse builtin:busybox true',
  '--rm --network none --privileged builtin:busybox true',
  '--rm --network none -t builtin:busybox true',
  '--rm --network none --init builtin:busybox true',
  '--rm --network none --uidmap 0:100000:65536 builtin:busybox true',
  '--network none --restart always builtin:busybox true',
  '--rm --network host builtin:busybox true',
  '--rm --network none --rootfs / true',
].map((line) => line.split(' '));

test.each(NOT_KEPT.map((words) => [words.join(' '), words] as const))('not: run %s', async (_, words) => {
  const world = newWorld();
  const config = configOf(words);
  const started = { config, paths: containerPaths(world, config.id, config.autoRemove), plan: [] };
  const run = { ...wordsOf(words), started, foreground };
  for (let time = 0; time < 2; time++) keepRun(world, run);
  expect(readKeptRun(world, words)).toBeUndefined();
});

test('nothing is kept for words that were met once, and for words that are almost the same', async () => {
  const world = newWorld();
  const words = ['--rm', '--network', 'none', '--label', 'a', 'builtin:busybox', 'true'];
  const config = configOf(words);
  const paths = containerPaths(world, config.id, config.autoRemove);
  keepRun(world, { ...wordsOf(words), started: { config, paths, plan: await wholeWay(world, config) }, foreground });
  expect(readKeptRun(world, words)).toBeUndefined();
  await keep(world, words);
  expect(readKeptRun(newWorld(), words)?.words).toEqual(words);
  expect(readKeptRun(newWorld(), [...words.slice(0, -1), 'true ', ''])).toBeUndefined();
});

test('of ever new words no more are kept than a few hundred', () => {
  const world = new World({ root: `${directory}/root`, runroot: `${directory}/many` });
  for (let index = 0; index < 600; index++) {
    const words = ['--rm', '--network', 'none', '--label', `a=${index}`, 'builtin:busybox', 'true'];
    const config = configOf(words);
    const paths = containerPaths(world, config.id, config.autoRemove);
    keepRun(world, { ...wordsOf(words), started: { config, paths, plan: [] }, foreground });
  }
  const ofRuns = 600 - 2 * 256;
  expect(readdirSync(`${directory}/many/kept`)).toHaveLength(ofRuns);
  // Questions push out questions alone.
  for (let index = 0; index < 300; index++) wasTold(world, 'inspect', [`container-${index}`], 'nothing');
  expect(readdirSync(`${directory}/many/kept`)).toHaveLength(ofRuns + 300 - 256);
});
