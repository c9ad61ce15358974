import type { StartedContainer } from '../containers/start.ts';
import type { World } from '../world.ts';
import { freshOps } from './fresh-network.ts';
import { noteKept, type KeptForeground } from './kept-file.ts';
import type { KeptRun } from './kept-run.ts';
import { cutPlan, FRESH_PARTS } from './pieces.ts';
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
  noteKept(world, 'run', run.words, () => {
    const kept = keptRun(world, run);
    return isWhole(kept, run.started) ? kept : undefined;
  });
}

function keptRun(world: World, { words, started, foreground }: FinishedRun): KeptRun {
  const { config, paths, plan, networks } = started;
  const start = plan.find((op) => op.op === 'record_start');
  return {
    words,
    inputs: runInputs(world, config.rootfs),
    rootfs: config.rootfs,
    id: config.id,
    name: config.name,
    nameIsRandom: config.nameIsRandom ?? false,
    config: JSON.stringify(config),
    startPrefix: start?.op === 'record_start' ? start.prefix : '',
    foreground,
    plan: cutPlan(plan, networks === undefined ? new Map() : freshOps(plan, networks, paths)),
  };
}

/** Whether each fresh part stands in one place: what was left of an address in a kept plan would be somebody else's. */
function isWhole({ plan }: KeptRun, { networks }: FinishedRun['started']): boolean {
  const places = plan.filter((piece) => typeof piece === 'string');
  return places.length === (networks === undefined ? 0 : FRESH_PARTS.length) && new Set(places).size === places.length;
}
