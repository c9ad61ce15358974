import { controllerDirectory } from '../kernel/cgroup.ts';
import { readToEnd } from '../kernel/descriptors.ts';
import { readKernelFile } from '../kernel/files.ts';
import { mergeResources } from '../plan/merge-resources.ts';
import { planUpdate } from '../plan/update.ts';
import type { IntelRdt, Resources } from '../spec/runtime.ts';
import { parseResources } from '../spec/validate.ts';
import { asRuntimeError } from './bundle.ts';
import { type Container, findContainer, readConfig, statusOf, writeConfig } from './container-record.ts';
import { parseProcessFile, readProcessFile } from './exec.ts';
import { runPlan } from './run-plan.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

const INPUT_BYTES = 1 << 20;

/** The changes in a file, or for `-` on standard input: not by a path, as /dev may be bare, and no socket is opened again. */
export function readChanges(path: string): unknown {
  if (path !== '-') return readProcessFile(path);
  return parseProcessFile('standard input', new TextDecoder().decode(readToEnd(0, INPUT_BYTES)));
}

/** Changes the limits of a container that has not stopped; what is not said stays as it is. */
export async function updateContainer(
  world: RuntimeWorld,
  id: string,
  changes: unknown,
  schemata: IntelRdt = {},
): Promise<void> {
  const container = findContainer(world, id);
  if (statusOf(world, container) === 'stopped')
    throw runtimeError('ESTATE', 'update', `container "${id}"`, 'container not running');
  if (Object.keys(schemata).length > 0) await updateSchemata(world, container, schemata);
  if (changes !== undefined) await updateResources(world, container, changes);
}

async function updateSchemata(world: RuntimeWorld, container: Container, changes: IntelRdt): Promise<void> {
  const { planSchemata } = await import('./intel-rdt.ts');
  const spec = readConfig(container);
  await runPlan(world, planSchemata(spec, container.id, changes));
  writeConfig(container, { ...spec, linux: { ...spec.linux, intelRdt: { ...spec.linux?.intelRdt, ...changes } } });
}

async function updateResources(world: RuntimeWorld, container: Container, changes: unknown): Promise<void> {
  const { id, cgroupsPath } = container;
  if (cgroupsPath === '') throw runtimeError('ECGROUP', 'update', `container "${id}"`, 'it has no cgroup of its own');
  const spec = readConfig(container);
  const before = spec.linux?.resources ?? {};
  const asked = withSwap(
    asRuntimeError(() => parseResources(changes)),
    before,
  );
  const resources = mergeResources(before, asked);
  const target = { id, cgroupsPath, memorySwapBytes: memorySwap(world, container) };
  await runPlan(
    world,
    asRuntimeError(() => planUpdate({ before, asked, after: resources }, target, world.facts)),
  );
  if (container.unit !== undefined) (await import('./systemd.ts')).updateUnit(world, container.unit, resources);
  writeConfig(container, { ...spec, linux: { ...spec.linux, resources } });
}

/** As with runc: memory without a limit cannot have one of memory and swap together. */
function withSwap(asked: Resources, before: Resources): Resources {
  const { limit = 0, swap } = asked.memory ?? {};
  if (limit >= 0 || swap !== undefined || (before.memory?.swap ?? 0) <= 0) return asked;
  return { ...asked, memory: { ...asked.memory, swap: -1 } };
}

function memorySwap({ facts }: RuntimeWorld, { cgroupsPath }: Container): number {
  const directory = controllerDirectory(facts.cgroup, 'memory', cgroupsPath);
  return Number(readKernelFile(`${directory}/memory.memsw.limit_in_bytes`) ?? 0);
}
