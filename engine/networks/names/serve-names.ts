import { makeDirectories, removeFile } from '../../../kernel/files.ts';
import { receive } from '../../../kernel/ip-socket.ts';
import { tryLock } from '../../../kernel/locks.ts';
import { ownIdentity } from '../../../kernel/process.ts';
import { listenDatagrams } from '../../../kernel/unix-socket.ts';
import { listLeases, sweepLeases } from '../../../network/leases/sweep.ts';
import { Resolver } from '../../../network/resolver/resolver.ts';
import { listNetworks } from '../../../network/store/read.ts';
import type { World } from '../../world.ts';
import { ifDead } from '../alive.ts';
import { resolverPlace, writeResolverState, type ResolverPlace } from './resolver-place.ts';
import { hasNames, resolverView } from './resolver-view.ts';

/** How often it looks whether anybody is left. */
const ROUND_MS = 1000;

/** Is the resolver of a world, until no container needs it. Answers at once where another process is. */
export function serveNames(world: World): void {
  const place = resolverPlace(world);
  makeDirectories(place.directory, 0o700);
  if (typeof tryLock(place.lock) === 'string') return;
  const process = ownIdentity();
  removeFile(place.wake);
  const wakeFd = listenDatagrams(place.wake);
  const resolver = new Resolver(() => resolverView(world));
  const listen = () => {
    writeResolverState(place, { process, lookedAtMs: Date.now(), ...resolver.listen(resolverView(world)) });
  };
  resolver.watch(wakeFd, () => {
    while (receive(wakeFd) !== undefined) continue;
    listen();
  });
  listen();
  let roundNs = Bun.nanoseconds();
  for (;;) {
    resolver.turn(ROUND_MS);
    if (Bun.nanoseconds() - roundNs < ROUND_MS * 1e6) continue;
    roundNs = Bun.nanoseconds();
    if (isNeeded(world)) continue;
    if (leave(world, place)) return;
    listen();
  }
}

/** Addresses of containers that died with their monitor go here: nobody else may come by. */
function isNeeded(world: World): boolean {
  for (const { name } of listNetworks(world).filter(hasNames)) sweepLeases(world, name, ifDead(world));
  return hasLeases(world);
}

function hasLeases(world: World): boolean {
  return listNetworks(world)
    .filter(hasNames)
    .some(({ name }) => listLeases(world, name).length > 0);
}

/**
 * Who starts a container takes its address first and looks for a resolver then. So once nobody can find this one any
 * more, an address that was taken before is seen here, and who comes later finds none and starts another.
 */
function leave(world: World, { state, wake }: ResolverPlace): boolean {
  removeFile(state);
  if (hasLeases(world)) return false;
  removeFile(wake);
  return true;
}
