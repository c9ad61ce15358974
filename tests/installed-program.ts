import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is tested: what was built here, or what `LIMPID=PROGRAM` in the environment names. */
export const BUILT = process.env['LIMPID'] ?? fileURLToPath(new URL('../dist/limpid', import.meta.url));
const LAUNCHER = `${dirname(BUILT)}/launcher`;

/**
 * Puts that program and its launcher below a directory as `make install` does, and answers the path that it is called by.
 * A program without a launcher beside it is one that was installed: it is called as it is.
 */
export function installProgram(directory: string, name: string): string {
  const path = `${directory}/prefix/bin/${name}`;
  for (const place of ['bin', 'libexec/limpid']) mkdirSync(`${directory}/prefix/${place}`, { recursive: true });
  if (existsSync(LAUNCHER)) {
    copyFileSync(LAUNCHER, path);
    chmodSync(path, 0o755);
    placeProgram(`${directory}/prefix/libexec/limpid/limpid`);
  } else placeProgram(path);
  return path;
}

/** A link is quick, but of a checkout in root's own directory nobody else gets through it. */
function placeProgram(path: string): void {
  if (isOpen(dirname(BUILT))) return symlinkSync(BUILT, path);
  try {
    linkSync(BUILT, path);
  } catch {
    // On another file system.
    copyFileSync(BUILT, path);
  }
}

function isOpen(directory: string): boolean {
  return (statSync(directory).mode & 1) === 1 && (directory === '/' || isOpen(dirname(directory)));
}

/** The program installed in a place of its own, for users of every kind: `path` is what they call. */
export class InstalledProgram {
  readonly #directory = mkdtempSync('/tmp/limpid-installed-');
  readonly path = `${this.#directory}/prefix/bin/limpid`;

  install(): void {
    chmodSync(this.#directory, 0o755);
    installProgram(this.#directory, 'limpid');
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
