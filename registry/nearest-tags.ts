import { LimpidError } from '../base/error.ts';
import type { Errand } from './errand.ts';
import type { Connection } from './http/connection.ts';
import { fetchTags } from './tags.ts';

const MAX_TAGS = 2000;

/** The error of a missing tag with the tags that the user may have meant, or with what is missing above it. */
export async function withNearestTags(
  error: LimpidError,
  connection: Connection,
  tag: string,
  errand: Errand,
): Promise<LimpidError> {
  const { registry, repository } = connection.endpoint;
  const missing = { code: 'ENOMANIFEST', ...errand, cause: error };
  try {
    const tags = await fetchTags(connection, errand, MAX_TAGS);
    const why = `"${registry}" has no tag "${tag}" of "${repository}"`;
    if (tags.length === 0) return new LimpidError({ ...missing, why: `${why}, nor any other` });
    const nearest = nearestTags(tag, tags, 3).map((near) => `"${near}"`);
    return new LimpidError({ ...missing, why, hint: `nearest tags: ${nearest.join(', ')}` });
  } catch (failure) {
    if (!(failure instanceof LimpidError) || failure.code !== 'ENOREPOSITORY') return error;
    return new LimpidError({ ...missing, why: `"${registry}" has no repository "${repository}"` });
  }
}

/** Tags are mostly versions: the longer the common beginning, the nearer; then the nearer in length. */
export function nearestTags(typed: string, tags: readonly string[], count: number): string[] {
  const ranked = tags.map((tag) => ({
    tag,
    common: commonLength(typed, tag),
    apart: Math.abs(tag.length - typed.length),
  }));
  ranked.sort((a, b) => b.common - a.common || a.apart - b.apart);
  return ranked.slice(0, count).map(({ tag }) => tag);
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
