import { LimpidError } from '../../base/error.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { searchRegistry, type FoundImage } from '../../registry/search.ts';
import { readRegistriesConf } from '../../registry/settings/read-conf.ts';
import { listTags } from '../../registry/tags.ts';
import { isQualified, parseImageName, repositoryName } from '../../spec/reference.ts';
import { resolveImageName } from '../../registry/settings/short-name.ts';

export type { FoundImage } from '../../registry/search.ts';

export interface SearchOptions {
  readonly registry: RegistryOptions;
  /** Of each registry. */
  readonly limit?: number;
}

/** Repositories whose names hold a term: `TERM` in the registries that short names are looked for in, or `REGISTRY/TERM`. */
export async function searchImages(text: string, { registry, limit }: SearchOptions): Promise<FoundImage[]> {
  const { registries, term } = await whereToSearch(text, registry);
  const options = { ...registry, ...(limit === undefined ? {} : { limit }) };
  const found = await Promise.all(registries.map((one) => searchRegistry(one, term, options)));
  return found.flat();
}

/** The tags of a repository, in the registry's order. */
export async function searchTags(
  text: string,
  { registry, limit }: SearchOptions,
): Promise<{ readonly name: string; readonly tags: string[] }> {
  const name = parseImageName(text);
  const [reference] = isQualified(name) ? [name] : await resolveImageName(name, registry);
  return { name: repositoryName(reference!), tags: await listTags(reference!, registry, limit) };
}

async function whereToSearch(
  text: string,
  options: RegistryOptions,
): Promise<{ readonly registries: readonly string[]; readonly term: string }> {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  if (/[.:]/.test(first) || first === 'localhost') {
    const { registry } = parseImageName(`${first}/x`);
    return { registries: [registry!], term: text.slice(slash + 1) };
  }
  const { searched } = await readRegistriesConf(options);
  if (searched.length > 0) return { registries: searched, term: text };
  throw new LimpidError({
    code: 'ESHORTNAME',
    doing: 'search',
    subject: `for "${text}"`,
    why: 'no registry is searched for short names',
    hint: `write "docker.io/${text}", or set unqualified-search-registries in registries.conf`,
  });
}
