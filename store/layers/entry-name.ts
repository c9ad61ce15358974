import type { ByteText } from '../../abi/tar/entry.ts';
import { showName, tarError } from '../../abi/tar/tar-error.ts';

const PATH_MAX = 4096;
const NAME_MAX = 255;

/**
 * The path of an entry relative to the layer's root: `./`, `/` and repeated slashes taken off; "" is the root itself.
 * A part `..` is refused, as is what the kernel has no room for.
 */
export function entryName(path: ByteText, what = 'name'): ByteText {
  checkName(path, what);
  const bare = path.slice(path.startsWith('./') ? 2 : 0, path.endsWith('/') ? -1 : undefined);
  if (isPlain(bare)) return bare;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw tarError(`the ${what} ${showName(path)} leads upwards`);
  return parts.join('/');
}

/** Length and bytes; throws `ETAR`. */
export function checkName(path: ByteText, what: string): void {
  if (path.length >= PATH_MAX) throw tarError(`a ${what} of ${path.length} bytes, ${showName(path)}, is too long`);
  if (path.includes('\0')) throw tarError(`the ${what} ${showName(path)} has a NUL in it`);
  if (what === 'name' && path.length > NAME_MAX && path.split('/').some((part) => part.length > NAME_MAX))
    throw tarError(`a ${what} with a part of more than ${NAME_MAX} bytes, ${showName(path)}, is too long`);
}

/** Nothing to take off and nothing to refuse, as nearly all names are. */
function isPlain(path: ByteText): boolean {
  return (
    path !== '' &&
    !path.startsWith('/') &&
    !path.endsWith('/') &&
    !path.startsWith('.') &&
    !path.includes('//') &&
    !path.includes('/.')
  );
}
