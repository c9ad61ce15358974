import type { ImageReference } from '../spec/reference.ts';
import { repositoryName } from '../spec/reference.ts';
import { endpointsOf } from './settings/endpoints.ts';
import { failure, type Errand } from './errand.ts';
import { readBody } from './http/bounded-body.ts';
import { Connection } from './http/connection.ts';
import { pullScope } from './manifest.ts';
import type { RegistryOptions } from './options.ts';

const PAGE_LIMIT_BYTES = 16 * 1024 * 1024;
const MAX_PAGES = 1000;

/** All tags of a repository in the registry's order (its own server, no mirror). Throws `ENOREPOSITORY` for 404. */
export async function listTags(
  reference: ImageReference,
  options: RegistryOptions,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<string[]> {
  const endpoint = (await endpointsOf(reference, options)).at(-1)!;
  const errand = { doing: 'list tags of', subject: `"${repositoryName(reference)}"` };
  return fetchTags(new Connection(endpoint, options), errand, limit);
}

/** The same over a connection that is there. */
export async function fetchTags(connection: Connection, errand: Errand, limit: number): Promise<string[]> {
  const { repository, registry } = connection.endpoint;
  const tags: string[] = [];
  let target: string | URL = `/v2/${repository}/tags/list`;
  for (let page = 0; page < MAX_PAGES && tags.length < limit; page++) {
    const { response, url } = await connection.send({
      method: 'GET',
      target,
      headers: { accept: 'application/json' },
      scopes: [pullScope(repository)],
      errand,
      expect: [200, 404],
    });
    const limits = { limitBytes: PAGE_LIMIT_BYTES, stallTimeoutMs: connection.pacing.stallTimeoutMs };
    const bytes = await readBody(response, errand, limits);
    if (response.status === 404)
      throw failure('ENOREPOSITORY', errand, `"${registry}" has no repository "${repository}"`);
    const more = tagsIn(bytes);
    if (more === undefined) throw failure('EREGISTRY', errand, `"${url.host}" sent no list of tags`);
    tags.push(...more);
    const next = nextPage(response, url);
    if (next === undefined || more.length === 0) break;
    target = next;
  }
  return tags.slice(0, limit);
}

function tagsIn(bytes: Uint8Array): string[] | undefined {
  try {
    const { tags } = JSON.parse(new TextDecoder().decode(bytes)) as { tags?: unknown };
    if (tags === null) return [];
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 8288: `</v2/…?last=x&n=100>; rel="next"`. Another host's is not followed. */
export function nextPage(response: Response, url: URL): URL | undefined {
  const link = /<([^>]{1,4096})>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
  const next = link === undefined ? null : URL.parse(link, url.href);
  return next === null || next.origin !== url.origin || next.href === url.href ? undefined : next;
}
