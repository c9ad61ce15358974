import { statPath } from '../../kernel/file-status.ts';
import { openFile, type OpenFile } from '../../kernel/open-file.ts';

/** A log's files are PATH, PATH.1, PATH.2 …, the newest first; the monitor renames them all when PATH is full. */
function nameOf(path: string, number: number): string {
  return number === 0 ? path : `${path}.${number}`;
}

const TRIES = 8;

/** The oldest file there is. */
export function openOldest(path: string): OpenFile | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const last = existing(path).at(-1);
    if (last === undefined) return undefined;
    const file = openFile(nameOf(path, last.number));
    // Renamed between the two looks, it left its name to a newer one.
    if (file?.inode === last.inode) return file;
    file?.close();
  }
  return undefined;
}

/** The file that was begun when this one was full. Where this one has been removed meanwhile: the oldest that is left. */
export function openNewer(path: string, file: OpenFile): OpenFile | undefined {
  return openBeside(path, file, -1);
}

/** The file that was full when this one was begun. */
export function openOlder(path: string, file: OpenFile): OpenFile | undefined {
  return openBeside(path, file, 1);
}

function openBeside(path: string, file: OpenFile, step: 1 | -1): OpenFile | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const number = numberOf(path, file);
    if (number === undefined && step === 1) return undefined;
    if (number === 0 && step === -1) return undefined;
    const beside = number === undefined ? openOldest(path) : openFile(nameOf(path, number + step));
    // The files may have been renamed between the two looks: then what was opened is another neighbour.
    if (numberOf(path, file) === number) return beside;
    beside?.close();
  }
  return undefined;
}

function numberOf(path: string, { inode }: OpenFile): number | undefined {
  return existing(path).find((one) => one.inode === inode)?.number;
}

/** While files are being renamed, one number after the other is missing. */
function existing(path: string): { readonly number: number; readonly inode: bigint }[] {
  const found: { number: number; inode: bigint }[] = [];
  for (let number = 0, missing = 0; missing < 2; number++) {
    const status = statPath(nameOf(path, number));
    if (status === undefined) missing++;
    else {
      missing = 0;
      found.push({ number, inode: status.inode });
    }
  }
  return found;
}
