import { LimpidError } from '../../../base/error.ts';
import {
  formatReference,
  isQualified,
  parseImageName,
  withDefaultTag,
  type ImageName,
} from '../../../spec/reference.ts';
import type { ImageRecord } from './records.ts';

/** The registries that a short name is looked for in, as podman does. */
const PREFIXES = ['localhost/', 'docker.io/library/', 'docker.io/'];

/** The image that a name, an id or its start means; `undefined` where there is none. Throws EAMBIGUOUS. */
export function findRecord(records: readonly ImageRecord[], text: string): ImageRecord | undefined {
  // `NAME@ID` is how containers-storage writes a reference whose id is known.
  const id = /(?:^|@)([0-9a-f]{3,64})$/.exec(text)?.[1];
  const starting = id === undefined ? [] : records.filter((record) => record.id.startsWith(id));
  if (starting.length > 1)
    throw new LimpidError({
      code: 'EAMBIGUOUS',
      doing: 'choose',
      subject: `image "${text}"`,
      why: 'several ids begin so',
    });
  return starting[0] ?? findByName(records, parseImageName(text));
}

function findByName(records: readonly ImageRecord[], name: ImageName): ImageRecord | undefined {
  if (name.digest !== undefined)
    return records.find(
      ({ digest, names = [] }) => digest === name.digest && names.some((one) => one.includes(name.repository)),
    );
  const full = formatReference(withDefaultTag(name));
  const candidates = isQualified(name) ? [full] : PREFIXES.map((prefix) => prefix + full);
  for (const candidate of candidates) {
    const found = records.find(({ names = [] }) => names.includes(candidate));
    if (found !== undefined) return found;
  }
  return undefined;
}
