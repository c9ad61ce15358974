import { moveIfThere, removeFile } from '../../kernel/files.ts';
import type { ContainerPaths } from './paths.ts';

/** What a container's last run came to, put aside: it must not speak for the run that begins. */
export interface EarlierRun {
  /** The new run has begun. */
  forget(): void;
  /** It has not: the last one is still the last. */
  restore(): void;
}

export function putAside({ startRecord, exitRecord }: ContainerPaths): EarlierRun {
  const moved: string[] = [];
  for (const path of [exitRecord, startRecord]) if (moveIfThere(path, asideOf(path))) moved.push(path);
  return {
    forget: () => moved.forEach((path) => removeFile(asideOf(path))),
    restore: () => {
      // What never ran has no start, and no exit that somebody could have missed.
      removeFile(startRecord);
      for (const path of moved.reverse()) moveIfThere(asideOf(path), path);
    },
  };
}

function asideOf(path: string): string {
  return `${path}.earlier`;
}
