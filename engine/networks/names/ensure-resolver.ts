import { LimpidError } from '../../../base/error.ts';
import { startKept } from '../../../kernel/executor.ts';
import { makeDirectories } from '../../../kernel/files.ts';
import { tryLock } from '../../../kernel/locks.ts';
import { wakeAt } from '../../../kernel/unix-socket.ts';
import type { NetworkConfig } from '../../../spec/network.ts';
import type { World } from '../../world.ts';
import { readResolverState, resolverPlace, type ResolverPlace } from './resolver-place.ts';
import { gatewaysOf, hasNames } from './resolver-view.ts';

/** A loaded machine may take its time; where the resolver cannot start at all, who started it says so. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 2;

/**
 * Makes sure that the resolver serves these networks, for a container that has its addresses there and is about to start.
 * Throws ENORESOLVER where another program has its port, or where it does not come up.
 */
export async function ensureResolver(world: World, networks: readonly NetworkConfig[]): Promise<void> {
  const gateways = networks.filter(hasNames).flatMap(gatewaysOf);
  const place = resolverPlace(world);
  const beganMs = Date.now();
  let startedMs = 0;
  for (; Date.now() - beganMs < PATIENCE_MS; await Bun.sleep(LOOK_MS)) {
    const served = readResolverState(place);
    if (served === undefined) {
      if (startedMs === 0 && isAbsent(place)) {
        startKept(await world.executor, world.commandLine('network', 'resolver'));
        startedMs = Date.now();
      }
      continue;
    }
    if (gateways.every((gateway) => served.gateways.includes(gateway))) return;
    const taken = served.refused.find((gateway) => gateways.includes(gateway));
    if (taken !== undefined && served.lookedAtMs >= beganMs) throw portTaken(taken);
    wakeAt(place.wake);
  }
  throw new LimpidError({
    code: 'ENORESOLVER',
    doing: 'start',
    subject: 'the resolver of container names',
    why: `it does not answer after ${PATIENCE_MS / 1000} s`,
    hint: '`limpid network resolver` in a terminal says why',
  });
}

/** Nobody holds its lock: it is not there, nor about to come. */
function isAbsent({ directory, lock }: ResolverPlace): boolean {
  makeDirectories(directory, 0o700);
  const held = tryLock(lock);
  if (typeof held === 'string') return false;
  held.release();
  return true;
}

function portTaken(gateway: string): LimpidError {
  return new LimpidError({
    code: 'ENORESOLVER',
    doing: 'serve',
    subject: `container names at ${gateway}`,
    why: 'another program has port 53 there',
    hint: '`ss -lnup sport = :53` shows it; `limpid network create --disable-dns` makes a network without names',
  });
}
