import { readText, removeFile, writeFile } from '../../kernel/files.ts';
import type { ContainerPaths } from './paths.ts';
import type { ContainerRecord } from './record.ts';

/** Notes that somebody wants the container stopped: no policy starts it again before somebody starts it. */
export function markStopped({ config, paths }: ContainerRecord): void {
  if (config.restart.policy !== 'no') writeFile(stoppedMark(paths), '', { mode: 0o600, sync: false });
}

/** A start by a person, not by the policy: counts from zero. */
export function clearRestarts({ config, paths }: ContainerRecord): void {
  if (config.restart.policy === 'no') return;
  removeFile(stoppedMark(paths));
  removeFile(restartCount(paths));
}

/** How often the policy has started it since a person did. */
export function readRestarts({ paths }: Pick<ContainerRecord, 'paths'>): number {
  return Number(readText(restartCount(paths)) ?? 0);
}

/** Counts one more start by the policy. */
export function countRestart(record: Pick<ContainerRecord, 'paths'>): void {
  writeFile(restartCount(record.paths), String(readRestarts(record) + 1), { mode: 0o600, sync: false });
}

/** Forgets the earlier ones: the container ran long enough to have worked. */
export function forgetRestarts({ paths }: Pick<ContainerRecord, 'paths'>): void {
  removeFile(restartCount(paths));
}

/** Whether somebody has stopped it since somebody started it. */
export function isMarkedStopped({ paths }: Pick<ContainerRecord, 'paths'>): boolean {
  return readText(stoppedMark(paths)) !== undefined;
}

function stoppedMark({ record }: ContainerPaths): string {
  return `${record}/stopped`;
}

function restartCount({ record }: ContainerPaths): string {
  return `${record}/restarts`;
}
