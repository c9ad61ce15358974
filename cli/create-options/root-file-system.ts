import type { RootfsSource } from '../../engine/config.ts';
import { LimpidError } from '../../base/error.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

/** Podman's `DIR:O` for a root file system that is left as it was, which any is here. */
function withoutOverlay(directory: string): string {
  return directory.endsWith(':O') ? directory.slice(0, -2) : directory;
}

/**
 * What the first argument names: with `--rootfs` a directory, else `host:`, `builtin:NAME` or an image, which is looked
 * up later. Throws ENOIMAGE for a directory.
 */
export function translateRootfs(request: CreateRequest, image: string): { image: string; rootfs: RootfsSource } {
  if (request.options.rootfs) {
    if (image === '') throw optionError('--rootfs ""', 'a directory is wanted');
    request.note('root', `--rootfs ${image}`);
    return { image, rootfs: { kind: 'directory', path: request.hostPath(withoutOverlay(image)) } };
  }
  request.note('root', image);
  if (image === 'host:') return { image, rootfs: { kind: 'host' } };
  const [scheme, name] = [image.slice(0, image.indexOf(':') + 1), image.slice(image.indexOf(':') + 1)];
  if (scheme === 'builtin:' && /^[a-z][a-z0-9-]*$/.test(name)) return { image, rootfs: { kind: 'builtin', name } };
  if (image === '') throw optionError('""', 'the name of an image is wanted', 'see `limpid images`');
  if (!/^[./]/.test(image)) return { image, rootfs: { kind: 'image', id: '', digest: '' } };
  throw new LimpidError({
    code: 'ENOIMAGE',
    doing: 'find',
    subject: `image ${JSON.stringify(image)}`,
    why: 'a path is no image',
    hint: `for a directory write "--rootfs ${image}"`,
  });
}
