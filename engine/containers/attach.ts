import { LimpidError } from '../../base/error.ts';
import { connectUnix } from '../../kernel/unix-socket.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { requireRunning } from './kill.ts';

export interface AttachedContainer extends ContainerRecord {
  /** A connection to the monitor that has subscribed to nothing yet; the caller closes it or becomes its client. */
  readonly fd: number;
}

/** Connects to a running container's monitor. Throws ENOTRUNNING, EPAUSED, ENOMONITOR. */
export function attachContainer(world: World, reference: string): AttachedContainer {
  const record = findRecord(world, reference);
  const { status } = requireRunning(world, record, 'attach to');
  const subject = `container "${record.config.name}"`;
  if (status === 'paused') throw new LimpidError({ code: 'EPAUSED', doing: 'attach to', subject, why: 'it is paused' });
  const fd = connectUnix(record.paths.socket);
  if (fd !== undefined) return { ...record, fd };
  requireRunning(world, record, 'attach to');
  throw new LimpidError({
    code: 'ENOMONITOR',
    doing: 'attach to',
    subject,
    why: 'its monitor is gone',
    hint: 'its log may tell more',
  });
}
