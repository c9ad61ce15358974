import { removeFile } from '../../kernel/files.ts';
import type { Op } from '../../plan/ops.ts';
import type { ContainerPaths } from '../records/paths.ts';

/** Clean-up stage: the monitor clears away what `network connect` and `disconnect` have made of it since the start. */
export function laterCleanupOp(paths: ContainerPaths): Op {
  return { op: 'carry_out', stage: 'cleanup', because: 'networks come and go', path: laterCleanupPath(paths) };
}

/** Of a last run whose monitor was killed. */
export function removeLaterCleanup(paths: ContainerPaths): void {
  removeFile(laterCleanupPath(paths));
}

export function laterCleanupPath({ runtime }: ContainerPaths): string {
  return `${runtime}/later-cleanup`;
}
