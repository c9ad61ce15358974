import { LimpidError } from '../../base/error.ts';
import { setFrozen } from '../../kernel/freezer.ts';
import { cgroupPath } from '../cgroup-path.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { requireRunning } from './kill.ts';

/** Freezes all processes of a container through its cgroup. Throws ENOTRUNNING, EPAUSED. */
export function pauseContainer(world: World, reference: string): ContainerRecord {
  return freeze(world, reference, true);
}

/** Thaws a paused container. Throws ENOTRUNNING, ENOTPAUSED. */
export function unpauseContainer(world: World, reference: string): ContainerRecord {
  return freeze(world, reference, false);
}

function freeze(world: World, reference: string, frozen: boolean): ContainerRecord {
  const record = findRecord(world, reference);
  const doing = frozen ? 'pause' : 'unpause';
  const { status } = requireRunning(world, record, doing);
  const subject = `container "${record.config.name}"`;
  if (frozen && status === 'paused')
    throw new LimpidError({ code: 'EPAUSED', doing, subject, why: 'it is paused already' });
  if (!frozen && status !== 'paused')
    throw new LimpidError({ code: 'ENOTPAUSED', doing, subject, why: `it is not paused but ${status}` });
  if (!setFrozen(world.facts.cgroup, cgroupPath(record.config), frozen)) throw noFreezer(doing, subject);
  return record;
}

function noFreezer(doing: string, subject: string): LimpidError {
  const hint = 'mount cgroup2, or the v1 freezer hierarchy';
  return new LimpidError({
    code: 'ECONTROLLER',
    doing,
    subject,
    why: 'this machine has no cgroup freezer mounted',
    hint,
  });
}
