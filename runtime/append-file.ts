import { writeFile } from '../kernel/files.ts';

/** For the face's log: adds a line, whole, to a file that others write too. */
export function appendFile(path: string, text: string): void {
  writeFile(path, text, { mode: 0o644, sync: false, append: true });
}
