import type { ByteText } from '../../abi/tar/entry.ts';
import { showName, tarError } from '../../abi/tar/tar-error.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** What aufs keeps for itself, in old archives. */
const AUFS = '.wh..wh.';

export interface Marker {
  /** What lower layers have at the path is hidden, or what they have in that directory. */
  readonly kind: 'whiteout' | 'opaque' | 'ignored';
  readonly path: ByteText;
}

/** The files that stand for something missing (image-spec, layer.md); `undefined` for all others. */
export function readMarker(path: ByteText): Marker | undefined {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  if (!name.startsWith(WHITEOUT)) return undefined;
  const directory = slash < 0 ? '' : path.slice(0, slash);
  if (name === OPAQUE) return { kind: 'opaque', path: directory };
  if (name.startsWith(AUFS)) return { kind: 'ignored', path };
  const hidden = name.slice(WHITEOUT.length);
  if (hidden === '' || hidden === '.' || hidden === '..')
    throw tarError(`the whiteout ${showName(path)} hides nothing that has a name`);
  return { kind: 'whiteout', path: directory === '' ? hidden : `${directory}/${hidden}` };
}
