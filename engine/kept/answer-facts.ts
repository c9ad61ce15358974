import { NAMESPACE_FILE } from '../../abi/flags/namespace.ts';
import { freezerFile } from '../../kernel/freezer.ts';
import { networkFile } from '../../network/store/place.ts';
import { cgroupPath } from '../cgroup-path.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerSummary } from '../containers/list.ts';
import { needsWhole } from '../inspect/shown-spec.ts';
import { nameClaim } from '../records/paths.ts';
import { idOfName } from '../records/names.ts';
import { readRecord } from '../records/record.ts';
import { observeState } from '../records/state.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { lowerFacts, upperFacts } from './exec-facts.ts';
import { childFact, fileFact, linesFact, linkFact, pathFact, type Fact } from './facts.ts';
import { hostFacts } from './host-facts.ts';
import { rootfsFacts } from './run-facts.ts';
import { stillFact } from './still-fact.ts';

/** Facts, or `undefined` where one of them may be younger than what was told. */
type Facts = Fact[] | undefined;

/** What a list of containers depends on that was asked for at `askedMs`: which there are, and each of them. */
export function listFacts(world: World, all: readonly ContainerSummary[], askedMs: number): Facts {
  const directories = [world.root, world.runroot].map((place) => stillFact(`${place}/containers`, askedMs));
  const facts = [pathFact(process.execPath), fileFact('/proc/sys/kernel/random/boot_id'), ...directories];
  for (const one of all) {
    if (facts.includes(undefined)) return undefined;
    facts.push(...containerFacts(world, one, askedMs));
  }
  return settled(facts);
}

/** What `inspect` shows of a running container; `undefined` also where that depends on more of this machine. */
export async function inspectFacts(world: World, reference: string, askedMs: number): Promise<Facts> {
  // A part of an id may be that of another container as well, tomorrow.
  const record = readRecord(world, idOfName(world, reference) ?? reference);
  if (record === undefined) return undefined;
  const { config, paths } = record;
  const state = observeState(world, record);
  const lower = await resolveRootfs(world, config.rootfs);
  if (state.process === undefined || !isKeepable(config, lower)) return undefined;
  const proc = `/proc/${state.process.pid}`;
  return settled([
    ...hostFacts(world),
    linkFact(nameClaim(world, reference)),
    ...rootfsFacts(world, config.rootfs),
    ...lowerFacts(lower),
    ...upperFacts(paths.upper),
    ...(config.networks ?? []).map(({ network }) => pathFact(networkFile(world, network))),
    linesFact(`${proc}/status`, 'CapEff:', 'CapBnd:'),
    ...Object.values(NAMESPACE_FILE).map((name) => linkFact(`${proc}/ns/${name}`)),
    ...containerFacts(world, { config, paths, state }, askedMs),
  ]);
}

function isKeepable(config: ContainerConfig, lower: readonly string[]): boolean {
  const { rootfs, restart } = config;
  // How often a policy has started it is written over in place.
  return (
    (rootfs.kind === 'builtin' || rootfs.kind === 'image') &&
    restart.policy === 'no' &&
    !needsWhole(config, { lower, isLive: true })
  );
}

/** Its record: what is in there, and each file, which another hand may have changed in its place. */
function containerFacts(
  world: World,
  { config, paths, state }: ContainerSummary,
  askedMs: number,
): (Fact | undefined)[] {
  const { record: directory, config: configFile, startRecord, exitRecord } = paths;
  const files = [directory, configFile, startRecord, ...(state.process === undefined ? [exitRecord] : [])];
  const record = files.map((path) => stillFact(path, askedMs));
  if (state.error !== undefined || state.status === 'stopping') return [undefined];
  if (state.process === undefined) return record;
  const freezer = freezerFile(world.facts.cgroup, cgroupPath(config));
  const isFrozen = state.status === 'paused';
  return [
    ...record,
    childFact(state.process, state.monitor!.pid),
    ...(freezer === undefined
      ? []
      : [['file', freezer.path, `${isFrozen ? freezer.frozen : freezer.thawed}\n`] as const]),
  ];
}

function settled(facts: readonly (Fact | undefined)[]): Facts {
  return facts.includes(undefined) ? undefined : (facts as Fact[]);
}
