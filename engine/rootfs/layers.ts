import { type FileStatus } from '../../kernel/file-status.ts';
import { readTextInRoot, readXattr, statInRoot } from '../../kernel/files.ts';

/** /etc/passwd and its like come from strangers: a gigabyte of them is refused, not read. */
const TEXT_LIMIT_BYTES = 4 << 20;

/**
 * A text file as the container will see it through its layers, topmost first, before anything is mounted:
 * the kernel's overlayfs rules for whiteouts (a 0:0 character device) and opaque directories.
 * `undefined` where no layer shows a regular file of at most 4 MiB.
 */
export function readTextInLayers(layers: readonly string[], path: string): string | undefined {
  const layer = layerShowing(layers, path);
  return layer === undefined ? undefined : readTextInRoot(layer, path, TEXT_LIMIT_BYTES);
}

/** The layer whose file or directory shows at a path; `undefined` where nothing does. */
export function layerShowing(layers: readonly string[], path: string): string | undefined {
  const steps = path.split('/').filter(Boolean);
  for (const layer of layers) {
    const found = statInRoot(layer, path);
    if (found !== undefined) return isWhiteout(found) ? undefined : layer;
    if (hidesLower(layer, steps)) return undefined;
  }
  return undefined;
}

function isWhiteout({ kind, major, minor }: FileStatus): boolean {
  return kind === 'char' && major === 0 && minor === 0;
}

/** Whether a parent of the path is whited out or opaque in this layer, so that lower ones do not show. */
function hidesLower(layer: string, steps: readonly string[]): boolean {
  for (let depth = 1; depth < steps.length; depth++) {
    const parent = `/${steps.slice(0, depth).join('/')}`;
    const status = statInRoot(layer, parent);
    if (status === undefined) return false;
    if (isWhiteout(status) || readXattr(`${layer}${parent}`, 'trusted.overlay.opaque') === 'y') return true;
  }
  return false;
}
