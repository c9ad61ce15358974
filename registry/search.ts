import { LimpidError } from '../base/error.ts';
import { list, object, flag, text, integer, decodeDocument } from '../spec/decode.ts';
import { failure, type Errand } from './errand.ts';
import { readBody } from './http/bounded-body.ts';
import { Connection } from './http/connection.ts';
import type { RegistryOptions } from './options.ts';
import { pushEndpoint } from './settings/endpoints.ts';
import { nextPage } from './tags.ts';

export interface FoundImage {
  /** The registry that was asked. */
  readonly index: string;
  /** In full, without a tag. */
  readonly name: string;
  readonly description: string;
  readonly stars: number;
  readonly official: boolean;
  readonly automated: boolean;
}

const PAGE_LIMIT_BYTES = 16 * 1024 * 1024;
const MAX_PAGES = 200;
const DEFAULT_LIMIT = 25;

const answer = object({
  results: list(
    object({
      name: text,
      description: text,
      star_count: integer(0, Number.MAX_SAFE_INTEGER),
      is_official: flag,
      is_automated: flag,
    }),
  ),
});

/**
 * Repositories of one registry whose names hold a term: by Docker's search (`/v1/search`) where the registry has it, else
 * from its catalog. An empty term means all.
 */
export async function searchRegistry(
  registry: string,
  term: string,
  { limit = DEFAULT_LIMIT, ...options }: RegistryOptions & { readonly limit?: number },
): Promise<FoundImage[]> {
  const errand = { doing: 'search', subject: `"${registry}"` };
  const { insecure, trustedRealms } = await pushEndpoint({ registry, repository: 'search' }, options);
  // Docker Hub's search is not at its registry.
  const server = registry === 'docker.io' ? 'index.docker.io' : registry;
  const connection = new Connection(
    { registry: server, repository: '', insecure, isMirror: false, trustedRealms },
    options,
  );
  return (
    (await searchByDocker(connection, registry, term, limit, errand)) ??
    searchCatalog(connection, registry, term, limit, errand)
  );
}

async function searchByDocker(
  connection: Connection,
  index: string,
  term: string,
  limit: number,
  errand: Errand,
): Promise<FoundImage[] | undefined> {
  if (term === '') return undefined;
  const query = new URLSearchParams({ q: term, n: String(limit) }).toString();
  const request = {
    method: 'GET',
    target: `/v1/search?${query}`,
    headers: { accept: 'application/json' },
    scopes: [],
    errand,
  } as const;
  const value = await readJson(connection, { ...request, expect: [200, 404, 405, 400] }).catch((error: unknown) => {
    if (error instanceof LimpidError && ['EUNAUTHORIZED', 'EFORBIDDEN', 'EREGISTRY'].includes(error.code))
      return undefined;
    throw error;
  });
  if (value?.body === undefined) return undefined;
  const fault = (path: string, why: string) =>
    failure('EREGISTRY', errand, `its answer is no list of images: "${path}": ${why}`);
  const { results = [] } = decodeDocument(answer, value.body, fault);
  return results.slice(0, limit).map(({ name = '', description = '', star_count, is_official, is_automated }) => ({
    index,
    name: `${index}/${index === 'docker.io' && !name.includes('/') ? 'library/' : ''}${name}`,
    description,
    stars: star_count ?? 0,
    official: is_official ?? false,
    automated: is_automated ?? false,
  }));
}

async function searchCatalog(
  connection: Connection,
  index: string,
  term: string,
  limit: number,
  errand: Errand,
): Promise<FoundImage[]> {
  const found: FoundImage[] = [];
  let target: string | URL = '/v2/_catalog?n=1000';
  for (let page = 0; page < MAX_PAGES && found.length < limit; page++) {
    const scopes = ['registry:catalog:*'];
    const { body, next } = await readJson(connection, { method: 'GET', target, scopes, errand, expect: [200, 404] });
    if (body === undefined) throw failure('EREGISTRY', errand, 'it has neither a search nor a catalog');
    const { repositories = [] } = decodeDocument(object({ repositories: list(text) }), body, (path, why) =>
      failure('EREGISTRY', errand, `its catalog is none: "${path}": ${why}`),
    );
    for (const name of repositories) {
      if (name.includes(term) && found.length < limit)
        found.push({ index, name: `${index}/${name}`, description: '', stars: 0, official: false, automated: false });
    }
    if (next === undefined || repositories.length === 0) break;
    target = next;
  }
  return found;
}

async function readJson(
  connection: Connection,
  request: Parameters<Connection['send']>[0],
): Promise<{ readonly body: unknown; readonly next: URL | undefined }> {
  const { response, url } = await connection.send(request);
  const limits = { limitBytes: PAGE_LIMIT_BYTES, stallTimeoutMs: connection.pacing.stallTimeoutMs };
  const bytes = await readBody(response, request.errand, limits);
  if (response.status !== 200) return { body: undefined, next: undefined };
  try {
    return { body: JSON.parse(new TextDecoder().decode(bytes)), next: nextPage(response, url) };
  } catch {
    // A web page for people, as some registries answer to whatever they do not know.
    return { body: undefined, next: undefined };
  }
}
