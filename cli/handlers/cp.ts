import { copyFiles, copyFromArchive, copyToArchive } from '../../engine/copy/copy.ts';
import type { CopyPlace } from '../../engine/copy/places.ts';
import { outputIsTerminal } from '../../engine/output.ts';
import type { command } from '../commands/cp.ts';
import type { Handler } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { worldOf } from '../world.ts';

const STDOUT = 1;

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args } = invocation;
  const [from, to] = [placeOf(args[0]!), placeOf(args[1]!)];
  const copy = { keepOwners: !options.archive, overwrite: options.overwrite };
  const world = worldOf(invocation);
  if (from?.container === undefined && to?.container === undefined)
    throw optionError('cp', 'neither of them is in a container', 'write CONTAINER:PATH for one');
  if (from === undefined) await copyFromArchive(world, Bun.stdin.stream(), to!, copy);
  else if (to !== undefined) await copyFiles(world, from, to, copy);
  else {
    if (outputIsTerminal()) throw optionError('-', 'an archive is nothing for a terminal', 'redirect it');
    await copyToArchive(world, from, STDOUT);
  }
  return 0;
};

/** `CONTAINER:PATH`, or a path of the host, which begins with `/` or `.` where there is a colon in it; `-` is none. */
function placeOf(text: string): CopyPlace | undefined {
  if (text === '-') return undefined;
  const colon = text.indexOf(':');
  const isContainer = colon > 0 && !/^[/.]/.test(text) && !text.slice(0, colon).includes('/');
  const path = isContainer ? text.slice(colon + 1) : text;
  if (path === '') throw optionError(`"${text}"`, 'a path is missing');
  const isAbsolute = path.startsWith('/');
  if (isContainer) return { container: text.slice(0, colon), path: isAbsolute ? path : `/${path}` };
  return { path: isAbsolute ? path : `${process.cwd()}/${path}` };
}
