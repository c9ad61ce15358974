import { LimpidError } from '../../base/error.ts';
import { writeFile } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';

/** Refuses a path that an id or a digest cannot be written to, before there is one. */
export function checkResultFile(path: string): void {
  const why = complaint(path);
  if (why !== undefined) throw new LimpidError({ code: 'EOPTION', doing: 'write', subject: `"${path}"`, why });
}

function complaint(path: string): string | undefined {
  if (statPath(path)?.kind === 'directory') return 'it is a directory';
  const slash = path.lastIndexOf('/');
  const parent = slash < 0 ? '.' : path.slice(0, slash) || '/';
  return statPath(parent)?.kind === 'directory' ? undefined : `there is no directory "${parent}"`;
}

export function writeResultFile(path: string, text: string): void {
  writeFile(path, text, { mode: 0o644, sync: false });
}
