import { tryLock } from '../../kernel/locks.ts';
import type { ContainerRecord } from './record.ts';
import type { Status } from './state.ts';

/** Whether only the `run --rm` that made this record would start it. */
export function startsAtOnce({ config }: Pick<ContainerRecord, 'config'>, status: () => Status): boolean {
  return config.autoRemove && config.awaitsStart !== true && status() === 'created';
}

/**
 * Whether this record is what such a `run` left that was interrupted before the start: nobody will start it any more.
 * While its creator is at work, it holds the lock.
 */
export function isCutShort(record: ContainerRecord, status: () => Status): boolean {
  if (!startsAtOnce(record, status)) return false;
  const lock = tryLock(record.paths.lock);
  if (lock === 'busy') return false;
  if (lock !== 'absent') lock.release();
  return true;
}
