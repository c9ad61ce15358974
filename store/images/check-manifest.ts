import { LimpidError } from '../../base/error.ts';
import { digestOf } from '../../spec/digest.ts';
import type { ImageSource, ManifestBytes } from '../../spec/image-transport.ts';
import type { Descriptor } from '../../spec/image.ts';
import { MANIFEST_LIMIT_BYTES } from '../../spec/manifest-kind.ts';

/** Throws EMANIFEST where the bytes are not those of the digest that they came with, or were asked for by. */
export function checkManifest(
  { bytes, mediaType, digest }: ManifestBytes,
  { digest: wanted, size }: Pick<Descriptor, 'digest'> & Partial<Pick<Descriptor, 'size'>>,
  source: Pick<ImageSource, 'name'>,
): ManifestBytes {
  const fault = (why: string) =>
    new LimpidError({ code: 'EMANIFEST', doing: 'use', subject: `the manifest of ${source.name}`, why });
  if (bytes.length > MANIFEST_LIMIT_BYTES) throw fault(`it has ${bytes.length} bytes, ${MANIFEST_LIMIT_BYTES} may be`);
  if (size !== undefined && bytes.length !== size)
    throw fault(`it has ${bytes.length} bytes where its index says ${size}`);
  const actual = digestOf(bytes, wanted);
  if (actual !== wanted) throw fault(`its digest is ${actual} where ${wanted} was wanted`);
  return { bytes, mediaType, digest: digest === wanted ? digest : wanted };
}
