import { chmodSync, copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = process.env['LIMPID'] ?? fileURLToPath(new URL('../dist/limpid', import.meta.url));

/** Puts the built program and its launcher below a directory as `make install` does. Answers the path that it is called by. */
export function installProgram(directory: string, name: string): string {
  for (const path of ['bin', 'libexec/limpid']) mkdirSync(`${directory}/prefix/${path}`, { recursive: true });
  copyFileSync(`${dirname(PROGRAM)}/launcher`, `${directory}/prefix/bin/${name}`);
  chmodSync(`${directory}/prefix/bin/${name}`, 0o755);
  symlinkSync(PROGRAM, `${directory}/prefix/libexec/limpid/limpid`);
  return `${directory}/prefix/bin/${name}`;
}
