import { realpathSync } from 'node:fs';
import { allowLocalImage } from '../../registry/policy/allow-local.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import type { Location } from '../../store/transports/location.ts';

/** Throws `EPOLICY` where policy.json does not let an image in from there. What comes with the program needs no leave. */
export async function allowLocation(
  { transport, path, reference, name }: Omit<Location, 'transport'> & { readonly transport: string },
  options: RegistryOptions,
): Promise<void> {
  if (transport === 'builtin') return;
  const place = { path: path === '' ? path : realPath(path), ...(reference === undefined ? {} : { reference }) };
  await allowLocalImage(transport, place, { doing: 'read', subject: `"${name}"` }, options);
}

/** No link leads round what a policy says of the place it leads to; podman compares the same. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path.startsWith('/') ? path : `${process.cwd()}/${path}`;
  }
}
