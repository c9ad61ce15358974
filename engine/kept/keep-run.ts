import type { Op } from '../../plan/ops.ts';
import { nameClaim } from '../records/paths.ts';
import type { StartedContainer } from '../containers/start.ts';
import type { World } from '../world.ts';
import { freshOps } from './fresh-ops.ts';
import { keptFormat, noteKept, type KeptForeground } from './kept-file.ts';
import type { KeptRun } from './kept-run.ts';
import { maskName } from './masked-name.ts';
import { cutPlan, NETWORK_PARTS, type FreshPart } from './pieces.ts';
import { runInputs } from './run-inputs.ts';

export interface FinishedRun {
  readonly words: readonly string[];
  readonly started: Pick<StartedContainer, 'config' | 'paths' | 'plan' | 'networks'>;
  readonly foreground: KeptForeground;
}

/**
 * Whether a plan depends on nothing but what `runInputs` tells and the words themselves: no file, device, address or other
 * container of this machine is in it, and what addresses are in it can be told apart.
 */
function isKeepable({ config, networks }: FinishedRun['started']): boolean {
  const { namespaces, rootfs } = config;
  const own = Object.values(namespaces).every(({ kind }) => kind === 'private' || kind === 'none' || kind === 'host');
  const hasMounts = config.mounts.some(({ type }) => type !== 'tmpfs');
  return (
    (rootfs.kind === 'builtin' || rootfs.kind === 'image') &&
    own &&
    namespaces.network.kind !== 'host' &&
    namespaces.user.kind === 'host' &&
    (networks?.plan.before ?? []).length === 0 &&
    config.names === undefined &&
    !hasMounts &&
    config.devices.length === 0 &&
    !config.privileged &&
    !config.terminal &&
    !config.init &&
    config.restart.policy === 'no' &&
    config.security.seccomp === 'default' &&
    config.log.path === undefined &&
    config.pidFile === undefined &&
    config.cidFile === undefined &&
    config.tz === undefined
  );
}

/** Keeps the plan of a run whose words were met before, for the next time. */
export function keepRun(world: World, run: FinishedRun): void {
  if (!isKeepable(run.started)) return;
  const { words } = maskName(run.words);
  noteKept(world, 'run', words, () => {
    const kept = keptRun(world, run);
    return isWhole(kept, run) ? kept : undefined;
  });
}

function keptRun(world: World, { words, started, foreground }: FinishedRun): KeptRun {
  const { config, paths, plan, networks } = started;
  const start = plan.find((op) => op.op === 'record_start');
  const fresh = networks === undefined ? new Map<Op, FreshPart>() : freshOps(plan, networks, paths);
  const claim = nameClaim(world, config.name);
  const named = plan.filter((op) => 'path' in op && op.path === claim);
  for (const op of named) fresh.set(op, 'name');
  return {
    format: keptFormat(),
    words: maskName(words).words,
    inputs: runInputs(world, config.rootfs),
    rootfs: config.rootfs,
    id: config.id,
    config: JSON.stringify(config),
    startPrefix: start?.op === 'record_start' ? start.prefix : '',
    foreground,
    named,
    plan: cutPlan(plan, fresh),
  };
}

/**
 * Whether each fresh part stands in one place, and the name is that of the container: what was left of an address or a name
 * in a kept plan would be somebody else's.
 */
function isWhole({ plan, named }: KeptRun, { words, started: { config, networks } }: FinishedRun): boolean {
  const places = plan.filter((piece) => typeof piece === 'string');
  const wanted = (networks === undefined ? 0 : NETWORK_PARTS.length) + named.length;
  const { name } = maskName(words);
  const isName = name === undefined ? (config.nameIsRandom ?? false) : name === config.name;
  return isName && named.length <= 1 && places.length === wanted && new Set(places).size === wanted;
}
