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
  const id = idIn(text);
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

/** `NAME@ID` is how containers-storage writes a reference whose id is known. */
function idIn(text: string): string | undefined {
  return /(?:^|@)([0-9a-f]{3,64})$/.exec(text)?.[1];
}

function findByName(records: readonly ImageRecord[], name: ImageName): ImageRecord | undefined {
  if (name.digest !== undefined)
    return records.find(
      ({ digest, names = [] }) => digest === name.digest && names.some((one) => one.includes(name.repository)),
    );
  for (const candidate of candidates(name)) {
    const found = records.find(({ names = [] }) => names.includes(candidate));
    if (found !== undefined) return found;
  }
  return undefined;
}

function candidates(name: ImageName): string[] {
  const full = formatReference(withDefaultTag(name));
  return isQualified(name) ? [full] : PREFIXES.map((prefix) => prefix + full);
}

/** What a record is called there: by the name that found it, else (it was asked for by its id) by all that it has. */
export function foundNames({ id, names = [] }: ImageRecord, text: string): readonly string[] {
  const asked = idIn(text);
  if (asked !== undefined && id.startsWith(asked)) return names;
  const found = candidates(parseImageName(text)).find((candidate) => names.includes(candidate));
  return found === undefined ? [] : [found];
}
