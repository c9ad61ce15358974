import type { RootfsSource } from '../../engine/config.ts';
import { LimpidError } from '../../base/error.ts';
import type { CreateRequest } from './request.ts';

/** What the first argument names: with `--rootfs` a directory, else `host:` or `builtin:NAME`. Throws ENOIMAGE. */
export function translateRootfs(request: CreateRequest, image: string): { image: string; rootfs: RootfsSource } {
  if (request.options.rootfs) {
    request.note('root', `--rootfs ${image}`);
    return { image, rootfs: { kind: 'directory', path: request.hostPath(image) } };
  }
  request.note('root', image);
  if (image === 'host:') return { image, rootfs: { kind: 'host' } };
  const [scheme, name] = [image.slice(0, image.indexOf(':') + 1), image.slice(image.indexOf(':') + 1)];
  if (scheme === 'builtin:' && /^[a-z][a-z0-9-]*$/.test(name)) return { image, rootfs: { kind: 'builtin', name } };
  throw new LimpidError({
    code: 'ENOIMAGE',
    doing: 'find',
    subject: `image ${JSON.stringify(image)}`,
    why: 'no such image, and pulling images comes with a later version',
    hint: /^[./]/.test(image)
      ? `for a directory write "--rootfs ${image}"`
      : 'use builtin:busybox, host: or --rootfs DIR',
  });
}
