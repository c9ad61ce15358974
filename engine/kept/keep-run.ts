import { DEFAULT_NETWORK } from '../../network/store/read.ts';
import { SLOT } from '../../plan/slots.ts';
import { parseLocation } from '../../store/transports/location.ts';
import type { StartedContainer } from '../containers/start.ts';
import { PEOPLE, QUALITIES } from '../names.ts';
import type { World } from '../world.ts';
import { foregroundFields, noteKept, type Field, type KeptForeground } from './kept-file.ts';
import { maskName, type CommandWords } from './masked-words.ts';
import { ownOf, type OwnThings } from './own-things.ts';
import { planPieces } from './plan-pieces.ts';
import { configPieces, endpointPieces } from './record-pieces.ts';
import { rootfsFacts, runFacts } from './run-facts.ts';

/** The first argument is the image. */
export interface FinishedRun extends CommandWords {
  readonly started: Pick<StartedContainer, 'config' | 'paths' | 'plan' | 'networks'>;
  readonly foreground: KeptForeground;
}

/**
 * Whether a plan depends on nothing but what `runFacts` tells and the words themselves: no file, device, address or other
 * container of this machine is in it, and what addresses are in it can be told apart.
 */
function isKeepable({ config, networks }: FinishedRun['started']): boolean {
  const { namespaces, rootfs } = config;
  const isOwn = Object.values(namespaces).every(({ kind }) => kind === 'private' || kind === 'none' || kind === 'host');
  const hasMounts = config.mounts.some(({ type }) => type !== 'tmpfs');
  return (
    (rootfs.kind === 'builtin' || rootfs.kind === 'image') &&
    isOwn &&
    namespaces.network.kind !== 'host' &&
    namespaces.user.kind === 'host' &&
    areKeepable(config, networks) &&
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

/** Whether an image was meant that is here: what lies in an archive, or with an engine, is looked at each time. */
function isStored(text: string, { rootfs }: FinishedRun['started']['config']): boolean {
  return rootfs.kind !== 'image' || (parseLocation(text) === undefined && !text.startsWith('docker://'));
}

/** None, or one address on the default network, which was there and up, with ports that were named. */
function areKeepable(
  { publishAll, ports = [] }: FinishedRun['started']['config'],
  networks: FinishedRun['started']['networks'],
): boolean {
  if (networks === undefined) return true;
  const [endpoint, ...others] = networks.endpoints;
  return (
    endpoint?.ip !== undefined &&
    endpoint.ip6 === undefined &&
    endpoint.network.name === DEFAULT_NETWORK &&
    !endpoint.network.internal &&
    endpoint.network.isolate === false &&
    !endpoint.network.dnsEnabled &&
    others.length === 0 &&
    networks.plan.before.length === 0 &&
    publishAll !== true &&
    ports.every(({ hostPort }) => hostPort !== 0)
  );
}

/** Keeps the plan of a run whose words were met before, for the next time: docs/decisions/0017. */
export function keepRun(world: World, run: FinishedRun): void {
  const { config } = run.started;
  const masked = maskName(run);
  if (masked === undefined || !isKeepable(run.started) || !isStored(run.args[0]!, config)) return;
  const { words, name } = masked;
  if (name === undefined ? config.nameIsRandom !== true : name !== config.name) return;
  noteKept(world, 'run', words, () => {
    const things = ownOf(world, run.started);
    return things && keptFields(world, run, things);
  });
}

/** In the order in which native/again_run.c takes them. */
function keptFields(world: World, { started, foreground }: FinishedRun, things: OwnThings): Field[] {
  const { config, plan, networks } = started;
  const [endpoint] = networks?.endpoints ?? [];
  const isRandom = config.nameIsRandom === true;
  return [
    ...foregroundFields(foreground),
    SLOT.lock,
    config.autoRemove ? 0 : 1,
    isRandom ? QUALITIES : '',
    isRandom ? PEOPLE : '',
    // Inside a message to netfilter nothing can grow.
    (config.ports ?? []).length === 0 ? 0 : Buffer.byteLength(config.name),
    ...things.leases,
    things.hostname,
    { pieces: configPieces(config) },
    { pieces: networks === undefined ? [] : endpointPieces(networks, things) },
    { pieces: planPieces(plan, things.ofOp) },
    { facts: runFacts(world, endpoint) },
    { facts: rootfsFacts(world, config.rootfs) },
  ];
}
