import { confFault } from '../settings/conf-fault.ts';
import { parseUniqueJson } from './unique-json.ts';

/** What an image has to fulfil (containers-policy.json(5)). */
export type Requirement =
  | { readonly type: 'reject' }
  | { readonly type: 'insecureAcceptAnything' }
  | {
      readonly type: 'signedBy';
      readonly keys: KeySource;
      readonly identity: IdentityRule;
    }
  | { readonly type: 'sigstoreSigned'; readonly keys: KeySource; readonly identity: IdentityRule }
  /** One that is known and not verified here: nothing fulfils it. */
  | { readonly type: 'unsupported'; readonly what: string };

/** Public keys: files, or the keys themselves. */
export interface KeySource {
  readonly paths: readonly string[];
  readonly data: readonly Uint8Array[];
}

export type IdentityRule =
  | { readonly type: 'matchExact' | 'matchRepoDigestOrExact' | 'matchRepository' }
  | { readonly type: 'exactReference'; readonly reference: string }
  | { readonly type: 'exactRepository'; readonly repository: string }
  | { readonly type: 'remapIdentity'; readonly prefix: string; readonly signedPrefix: string };

export interface Policy {
  readonly file: string;
  readonly default: readonly Requirement[];
  readonly transports: ReadonlyMap<string, ReadonlyMap<string, readonly Requirement[]>>;
}

type Fields = Readonly<Record<string, unknown>>;
type Fault = (path: string, why: string) => Error;

/** Reads a policy.json as strictly as it is meant: an unknown, repeated or wrong field refuses all of it (`ECONF`). */
export function parsePolicy(json: string, file: string): Policy {
  const fault: Fault = (path, why) => confFault(file, path, why);
  let value: unknown;
  try {
    value = parseUniqueJson(json);
  } catch (error) {
    throw fault('', `it is no JSON: ${(error as Error).message}`);
  }
  const { default: byDefault, transports } = fieldsOf(value, '', ['default', 'transports'], fault);
  if (byDefault === undefined) throw fault('default', 'it is missing');
  const scopes = new Map<string, Map<string, Requirement[]>>();
  for (const [transport, table] of Object.entries(fieldsOf(transports ?? {}, 'transports', undefined, fault))) {
    const path = `transports.${transport}`;
    const entries = Object.entries(fieldsOf(table, path, undefined, fault));
    scopes.set(
      transport,
      new Map(entries.map(([scope, list]) => [scope, requirements(list, `${path}["${scope}"]`, fault)])),
    );
  }
  return { file, default: requirements(byDefault, 'default', fault), transports: scopes };
}

function requirements(value: unknown, path: string, fault: Fault): Requirement[] {
  if (!Array.isArray(value)) throw fault(path, 'it is no list');
  if (value.length === 0) throw fault(path, 'it is empty: write insecureAcceptAnything where nothing is required');
  return value.map((item, index) => requirement(item, `${path}[${index}]`, fault));
}

const SIGNED_BY = ['type', 'keyType', 'keyPath', 'keyPaths', 'keyData', 'signedIdentity'];
const SIGSTORE = ['type', 'keyPath', 'keyPaths', 'keyData', 'keyDatas', 'signedIdentity'];
// Known to others, and asking for certificates or a transparency log, which are not verified here.
const SIGSTORE_OTHERS = [
  'fulcio',
  'rekorPublicKeyPath',
  'rekorPublicKeyPaths',
  'rekorPublicKeyData',
  'rekorPublicKeyDatas',
  'pki',
];

function requirement(value: unknown, path: string, fault: Fault): Requirement {
  const { type } = fieldsOf(value, path, undefined, fault);
  if (type === 'reject' || type === 'insecureAcceptAnything') {
    fieldsOf(value, path, ['type'], fault);
    return { type };
  }
  if (type === 'signedBaseLayer') return { type: 'unsupported', what: 'signedBaseLayer' };
  if (type === 'signedBy') {
    const fields = fieldsOf(value, path, SIGNED_BY, fault);
    if (fields['keyType'] !== 'GPGKeys')
      return { type: 'unsupported', what: `signedBy with keyType ${JSON.stringify(fields['keyType']) ?? 'left out'}` };
    return { type, keys: keySource(fields, path, fault), identity: identity(fields['signedIdentity'], path, fault) };
  }
  if (type === 'sigstoreSigned') {
    const fields = fieldsOf(value, path, [...SIGSTORE, ...SIGSTORE_OTHERS], fault);
    const other = SIGSTORE_OTHERS.find((name) => fields[name] !== undefined);
    if (other !== undefined) return { type: 'unsupported', what: `sigstoreSigned with "${other}"` };
    return { type, keys: keySource(fields, path, fault), identity: identity(fields['signedIdentity'], path, fault) };
  }
  throw fault(`${path}.type`, `${JSON.stringify(type)} is no requirement`);
}

function keySource(fields: Fields, path: string, fault: Fault): KeySource {
  const given = ['keyPath', 'keyPaths', 'keyData', 'keyDatas'].filter((name) => fields[name] !== undefined);
  if (given.length !== 1) throw fault(path, 'exactly one of keyPath, keyPaths and keyData has to be there');
  const value = fields[given[0]!];
  const list = given[0]!.endsWith('s') ? value : [value];
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === 'string'))
    throw fault(`${path}.${given[0]!}`, 'it is no text, or list of texts');
  if (given[0]!.startsWith('keyPath')) return { paths: list as string[], data: [] };
  try {
    return { paths: [], data: (list as string[]).map((item) => Uint8Array.fromBase64(item)) };
  } catch {
    throw fault(`${path}.${given[0]!}`, 'it is no base64');
  }
}

function identity(value: unknown, parent: string, fault: Fault): IdentityRule {
  if (value === undefined) return { type: 'matchRepoDigestOrExact' };
  const path = `${parent}.signedIdentity`;
  const { type } = fieldsOf(value, path, undefined, fault);
  const texts = (...names: string[]) => {
    const fields = fieldsOf(value, path, ['type', ...names], fault);
    return names.map((name) => {
      if (typeof fields[name] !== 'string' || fields[name] === '') throw fault(`${path}.${name}`, 'it is no text');
      return fields[name];
    });
  };
  switch (type) {
    case 'matchExact':
    case 'matchRepoDigestOrExact':
    case 'matchRepository':
      texts();
      return { type };
    case 'exactReference':
      return { type, reference: texts('dockerReference')[0]! };
    case 'exactRepository':
      return { type, repository: texts('dockerRepository')[0]! };
    case 'remapIdentity': {
      const [prefix, signedPrefix] = texts('prefix', 'signedPrefix');
      return { type, prefix: prefix!, signedPrefix: signedPrefix! };
    }
    default:
      throw fault(`${path}.type`, `${JSON.stringify(type)} is no rule for identities`);
  }
}

/** An object with no other fields than `known`; any where that is undefined. */
function fieldsOf(value: unknown, path: string, known: readonly string[] | undefined, fault: Fault): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault(path, 'it is no object');
  const stranger = known === undefined ? undefined : Object.keys(value).find((name) => !known.includes(name));
  if (stranger !== undefined) throw fault(path === '' ? stranger : `${path}.${stranger}`, 'there is no such field');
  return value as Fields;
}
