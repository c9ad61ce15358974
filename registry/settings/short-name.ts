import { LimpidError } from '../../base/error.ts';
import {
  formatReference,
  isQualified,
  parseReference,
  type ImageName,
  type ImageReference,
} from '../../spec/reference.ts';
import type { RegistryOptions } from '../options.ts';
import { readRegistriesConf } from './read-conf.ts';
import type { RegistriesConf } from './registries-conf.ts';

/** The images that a name may mean, to be tried in order: one for a whole name or an alias. Throws `ESHORTNAME`. */
export async function resolveImageName(name: ImageName, options: RegistryOptions): Promise<ImageReference[]> {
  return isQualified(name) ? [name] : resolveShortName(name, await readRegistriesConf(options));
}

/** As containers-registries.conf(5) has it, without its question on a terminal: what is ambiguous is refused. */
export function resolveShortName(name: ImageName, conf: RegistriesConf): ImageReference[] {
  const { repository, tag, digest } = name;
  const version = { ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
  const alias = conf.aliases.get(repository);
  if (alias !== undefined) return [{ ...aliasTarget(repository, alias), ...version }];
  const candidates = conf.searched.map((registry) => ({ ...parseReference(`${registry}/${repository}`), ...version }));
  if (candidates.length === 0)
    throw shortNameFault(
      name,
      'no registry is searched for short names',
      `write "docker.io/${formatReference(name)}", or set unqualified-search-registries in registries.conf`,
    );
  if (candidates.length > 1 && conf.shortNameMode === 'enforcing')
    throw shortNameFault(
      name,
      `short-name-mode is "enforcing", and it may mean ${candidates.map((one) => `"${formatReference(one)}"`).join(' or ')}`,
      'write the one that is meant',
    );
  return candidates;
}

function aliasTarget(short: string, { name, file }: { readonly name: string; readonly file: string }): ImageReference {
  const { registry, repository, tag, digest } = parseReference(name);
  if (tag === undefined && digest === undefined) return { registry, repository };
  throw new LimpidError({
    code: 'ECONF',
    doing: 'use',
    subject: `alias "${short}" of "${file}"`,
    why: `"${name}" has a tag or a digest`,
  });
}

function shortNameFault(name: ImageName, why: string, hint: string): LimpidError {
  return new LimpidError({
    code: 'ESHORTNAME',
    doing: 'resolve',
    subject: `image name "${formatReference(name)}"`,
    why,
    hint,
  });
}
