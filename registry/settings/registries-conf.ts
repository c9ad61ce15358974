import { decodeDocument, flag, list, object, oneOf, record, text } from '../../spec/decode.ts';
import { confFault, refuseScheme } from './conf-fault.ts';

/** What one or several registries.conf (version 2) say together. */
export interface RegistriesConf {
  /** Registries that are tried for short names, in order. */
  readonly searched: readonly string[];
  readonly shortNameMode: 'enforcing' | 'permissive' | 'disabled';
  /** Programs `docker-credential-NAME`, or `containers-auth.json` for the auth files. */
  readonly credentialHelpers: readonly string[];
  readonly rules: readonly RegistryRule[];
  /** Short names and what they stand for; each knows the file that says so. */
  readonly aliases: ReadonlyMap<string, { readonly name: string; readonly file: string }>;
}

/** One `[[registry]]`. */
export interface RegistryRule {
  /** `host[:port][/path…][:tag|@digest]` or `*.host`. */
  readonly prefix: string;
  /** What takes the prefix's place; empty: nothing does. */
  readonly location: string;
  readonly insecure: boolean;
  readonly blocked: boolean;
  readonly mirrors: readonly MirrorRule[];
  /** Hosts that may be given the registry's credentials when its challenge names them; limpid's own key. */
  readonly trustedRealms: readonly string[];
  readonly file: string;
}

export interface MirrorRule {
  readonly location: string;
  readonly insecure: boolean;
  readonly serves: 'all' | 'digest-only' | 'tag-only';
}

/** What one file says. Of aliases most have hundreds, and who names a registry needs none. */
export type ConfFragment = Partial<Omit<RegistriesConf, 'rules' | 'aliases'>> &
  Pick<RegistriesConf, 'rules'> & {
    readonly aliases?: { readonly names: Readonly<Record<string, string>>; readonly file: string };
  };

type Aliases = RegistriesConf['aliases'];

export const NO_CONF: RegistriesConf = {
  searched: [],
  shortNameMode: 'permissive',
  credentialHelpers: [],
  rules: [],
  aliases: new Map(),
};

const mirror = object(
  { location: text, insecure: flag, 'pull-from-mirror': oneOf('', 'all', 'digest-only', 'tag-only') },
  ['location'],
);
const registry = object({
  prefix: text,
  location: text,
  insecure: flag,
  blocked: flag,
  'mirror-by-digest-only': flag,
  mirror: list(mirror),
  'trusted-realms': list(text),
});
const version1List = object({ registries: list(text) });
const document = object({
  'unqualified-search-registries': list(text),
  'short-name-mode': oneOf('', 'enforcing', 'permissive', 'disabled'),
  'credential-helpers': list(text),
  registry: list(registry),
  aliases: record(text),
  registries: object({ search: version1List, insecure: version1List, block: version1List }),
});

type Document = ReturnType<typeof document>;

/** Reads the text of one file (containers-registries.conf(5), both versions). Throws `ECONF` naming file and field. */
export function parseRegistriesConf(toml: string, file: string): ConfFragment {
  let value: unknown;
  try {
    value = Bun.TOML.parse(toml);
  } catch (error) {
    throw confFault(file, '', `it is no TOML: ${(error as Error).message.replace(/^TOML Parse error: /, '')}`);
  }
  const conf = decodeDocument(document, value, (path, why) => confFault(file, path, why));
  if (conf.registries !== undefined && (conf.registry ?? conf['unqualified-search-registries']) !== undefined)
    throw confFault(file, '', 'it mixes version 1 ([registries.…]) and version 2 ([[registry]])');
  if (conf.registries !== undefined) return versionOne(conf.registries, file);
  const mode = conf['short-name-mode'];
  for (const name of conf['unqualified-search-registries'] ?? [])
    refuseScheme(name, 'unqualified-search-registries', file);
  return {
    ...(conf['unqualified-search-registries'] === undefined ? {} : { searched: conf['unqualified-search-registries'] }),
    ...(mode === undefined || mode === '' ? {} : { shortNameMode: mode }),
    ...(conf['credential-helpers'] === undefined ? {} : { credentialHelpers: conf['credential-helpers'] }),
    rules: withoutConflicts((conf.registry ?? []).map((table, index) => ruleOf(table, `registry[${index}]`, file))),
    aliases: { names: conf.aliases ?? {}, file },
  };
}

/** What all files say: later ones win, by prefix and by alias; an empty alias takes one away. */
export function mergeConf(fragments: readonly ConfFragment[]): RegistriesConf {
  const settings: Partial<RegistriesConf> = Object.assign({}, ...fragments);
  const rules = new Map<string, RegistryRule>();
  for (const fragment of fragments) for (const rule of fragment.rules) rules.set(rule.prefix, rule);
  let aliases: Aliases | undefined;
  return {
    ...NO_CONF,
    ...settings,
    rules: [...rules.values()],
    get aliases() {
      return (aliases ??= mergeAliases(fragments));
    },
  };
}

function mergeAliases(fragments: readonly ConfFragment[]): Aliases {
  const merged = new Map<string, { readonly name: string; readonly file: string }>();
  for (const { aliases } of fragments) {
    if (aliases === undefined) continue;
    for (const [short, name] of Object.entries(aliases.names)) {
      if (name === '') merged.delete(short);
      else merged.set(short, { name, file: aliases.file });
    }
  }
  return merged;
}

/** Of two in one file about one prefix that contradict each other nobody knows which is meant. */
function withoutConflicts(rules: readonly RegistryRule[]): readonly RegistryRule[] {
  const known = new Map<string, RegistryRule>();
  for (const [index, rule] of rules.entries()) {
    const first = known.get(rule.prefix) ?? rule;
    for (const key of ['blocked', 'insecure'] as const)
      if (first[key] !== rule[key])
        throw confFault(
          rule.file,
          `registry[${index}].${key}`,
          `another [[registry]] of "${rule.prefix}" contradicts it`,
        );
    known.set(rule.prefix, first);
  }
  return rules;
}

function ruleOf(table: NonNullable<Document['registry']>[number], path: string, file: string): RegistryRule {
  const { prefix, location = '', insecure = false, blocked = false, mirror: mirrors = [] } = table;
  const byDigest = table['mirror-by-digest-only'] ?? false;
  const name = prefix ?? location;
  if (name === '') throw confFault(file, path, 'it has neither a prefix nor a location');
  refuseScheme(prefix ?? '', `${path}.prefix`, file);
  refuseScheme(location, `${path}.location`, file);
  if (name.includes('*') && !/^\*\.[^*/:@]+$/.test(name))
    throw confFault(file, `${path}.prefix`, `"${name}" has a "*" in another place than "*.example.com"`);
  if (
    location === '' &&
    prefix !== undefined &&
    !prefix.startsWith('*.') &&
    mirrors.length === 0 &&
    !blocked &&
    !insecure &&
    !table['trusted-realms']
  )
    throw confFault(file, path, `"${prefix}" says nothing: it has no location`);
  return {
    prefix: withoutSlash(name),
    location: withoutSlash(location),
    insecure,
    blocked,
    mirrors: mirrors.map((entry, index) => {
      const serves = entry['pull-from-mirror'];
      refuseScheme(entry.location, `${path}.mirror[${index}].location`, file);
      if (byDigest && serves !== undefined && serves !== '')
        throw confFault(
          file,
          `${path}.mirror[${index}]`,
          '"pull-from-mirror" and "mirror-by-digest-only" exclude each other',
        );
      return {
        location: withoutSlash(entry.location),
        insecure: entry.insecure ?? false,
        serves: byDigest ? 'digest-only' : serves === undefined || serves === '' ? 'all' : serves,
      };
    }),
    trustedRealms: table['trusted-realms'] ?? [],
    file,
  };
}

function versionOne(registries: NonNullable<Document['registries']>, file: string): ConfFragment {
  const insecure = new Set(registries.insecure?.registries ?? []);
  const blocked = new Set(registries.block?.registries ?? []);
  for (const name of [...insecure, ...blocked]) refuseScheme(name, 'registries', file);
  const rules = [...new Set([...insecure, ...blocked])].map((name): RegistryRule => ({
    prefix: withoutSlash(name),
    location: withoutSlash(name),
    insecure: insecure.has(name),
    blocked: blocked.has(name),
    mirrors: [],
    trustedRealms: [],
    file,
  }));
  return { searched: registries.search?.registries ?? [], rules };
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}
