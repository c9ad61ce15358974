import { LimpidError } from '../../base/error.ts';
import { SpecFault, type Decoder } from '../../spec/decode.ts';

/** What is wrong with an archive or directory of images: `cannot read "oci:/tmp/x": …`. */
export function badImages(name: string, why: string, hint?: string): LimpidError {
  return new LimpidError({
    code: 'EARCHIVE',
    doing: 'read',
    subject: `"${name}"`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** No image of that name is there. `names` are those that are. */
export function noSuchImage(name: string, wanted: string, names: readonly string[]): LimpidError {
  const shown = names.slice(0, 5).map((one) => `"${one}"`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return new LimpidError({
    code: 'ENOIMAGE',
    doing: 'find',
    subject: `"${wanted}" in "${name}"`,
    why: names.length === 0 ? 'no image in it has a name' : `there is ${shown.join(', ')}${more}`,
  });
}

export function cannotWrite(name: string, why: string, hint?: string): LimpidError {
  return new LimpidError({
    code: 'EDESTINATION',
    doing: 'write',
    subject: `"${name}"`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A JSON document of an archive, of the shape that the decoder wants. `path` is where it was there. */
export function decodeDocument<T>(name: string, path: string, bytes: Uint8Array, decode: Decoder<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badImages(name, `its "${path}" is no JSON text in UTF-8`);
  }
  try {
    return decode(value, '');
  } catch (error) {
    if (!(error instanceof SpecFault)) throw error;
    const where = error.path === '' ? `its "${path}"` : `"${error.path}" of its "${path}"`;
    throw badImages(name, `${where}: ${error.why}`);
  }
}
