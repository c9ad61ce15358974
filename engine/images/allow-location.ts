import { allowLocalImage } from '../../registry/policy/allow-local.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import type { Location } from '../../store/transports/location.ts';

/** Throws `EPOLICY` where policy.json does not let an image in from there. What comes with the program needs no leave. */
export async function allowLocation(
  { transport, path, reference, name }: Omit<Location, 'transport'> & { readonly transport: string },
  options: RegistryOptions,
): Promise<void> {
  if (transport === 'builtin') return;
  const whole = path === '' || path.startsWith('/') ? path : `${process.cwd()}/${path}`;
  const place = { path: whole, ...(reference === undefined ? {} : { reference }) };
  await allowLocalImage(transport, place, { doing: 'read', subject: `"${name}"` }, options);
}
