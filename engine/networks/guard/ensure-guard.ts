import { tryLock } from '../../../kernel/locks.ts';
import type { Endpoint } from '../../../spec/network.ts';
import type { World } from '../../world.ts';
import { guardPlace } from './guard-place.ts';

/**
 * Makes sure that somebody guards the bridges of a world, for a container that has its addresses and is about to start.
 * Nobody waits until the guard is at work: what is flushed meanwhile is closed a moment later.
 */
export async function ensureGuard(world: World, endpoints: readonly Endpoint[]): Promise<void> {
  if (!endpoints.some(({ network }) => network.driver === 'bridge')) return;
  const lock = tryLock(guardPlace(world).lock);
  if (typeof lock === 'string') return;
  const { startGuardWith } = await import('./start-guard.ts');
  await startGuardWith(world, lock);
}
