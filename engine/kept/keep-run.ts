import {
  listDirectory,
  makeDirectories,
  readRegularText,
  removeFile,
  renamePath,
  writeFile,
} from '../../kernel/files.ts';
import type { StartedContainer } from '../containers/start.ts';
import type { World } from '../world.ts';
import { freshOps } from './fresh-network.ts';
import { keptDirectory, keptPath, type KeptForeground, type KeptRun } from './kept-run.ts';
import { cutPlan, FRESH_PARTS } from './pieces.ts';
import { runInputs } from './run-inputs.ts';

/** More than so many are thrown away together: whoever runs that many different things is not helped by them. */
const MOST = 256;

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

/** Notes that these words were run; the second time what they came to is kept. Nothing of that is owed to anybody. */
export function keepRun(world: World, run: FinishedRun): void {
  if (!isKeepable(run.started)) return;
  const path = keptPath(world, run.words);
  makeDirectories(keptDirectory(world), 0o700);
  const met = readRegularText(path);
  if (met === undefined) {
    writeFile(path, '', { mode: 0o600, sync: false });
    return;
  }
  const kept = keptRun(world, run);
  if (!isWhole(kept, run.started)) return;
  const names = listDirectory(keptDirectory(world));
  if (names.length > MOST) for (const name of names) removeFile(`${keptDirectory(world)}/${name}`);
  const aside = `${path}.${process.pid}`;
  writeFile(aside, JSON.stringify(kept), { mode: 0o600, sync: false });
  renamePath(aside, path);
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
