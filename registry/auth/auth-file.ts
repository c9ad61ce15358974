import { decodeDocument, object, record, text } from '../../spec/decode.ts';
import { confFault } from '../settings/conf-fault.ts';
import type { Secret } from './secret.ts';

/** An auth.json (containers-auth.json(5)) or Docker's config.json, of which it is a part. */
export interface AuthFile {
  readonly path: string;
  /** By registry, registry and namespace, or as Docker writes a registry's address. */
  readonly auths: Readonly<Record<string, AuthEntry>>;
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly credsStore: string | undefined;
}

interface AuthEntry {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

const entry = object({ auth: text, username: text, password: text, identitytoken: text, registrytoken: text });
const document = object({ auths: record(entry), credHelpers: record(text), credsStore: text });

/** Docker Hub's name in Docker's own files and helpers. */
export const DOCKER_HUB_ADDRESS = 'https://index.docker.io/v1/';

/** Reads the file's text. `~/.dockercfg` is nothing but the entries. Throws `ECONF`, which never shows a value. */
export function parseAuthFile(json: string, path: string): AuthFile {
  // Where a value has the wrong type, its text would be a part of the usual message.
  const fault = (field: string) => confFault(path, field, 'it has another type than it should');
  const value = path.endsWith('/.dockercfg') ? { auths: parseJson(json, path) } : parseJson(json, path);
  const { auths = {}, credHelpers = {}, credsStore } = decodeDocument(document, value, fault);
  return { path, auths, credHelpers, credsStore: credsStore === '' ? undefined : credsStore };
}

/** What the file itself knows for a repository, the most specific entry first. Throws `ECONF` where that cannot be read. */
export function secretInFile(file: AuthFile, registry: string, repository: string): Secret | undefined {
  for (const key of keysFor(registry, repository)) {
    const entry = Object.hasOwn(file.auths, key) ? file.auths[key] : undefined;
    const secret = entry === undefined ? undefined : secretOf(entry, key, file.path);
    if (secret !== undefined) return secret;
  }
  for (const [key, entry] of Object.entries(file.auths)) {
    if (!key.includes('://') && !key.endsWith('/') && registry !== 'docker.io') continue;
    const secret = hostOf(key) === registry ? secretOf(entry, key, file.path) : undefined;
    if (secret !== undefined) return secret;
  }
  return undefined;
}

/** The helper that the file names for this registry in particular. */
export function helperFor({ credHelpers }: AuthFile, registry: string): string | undefined {
  const keys = registry === 'docker.io' ? [registry, DOCKER_HUB_ADDRESS, 'index.docker.io'] : [registry];
  const key = keys.find((candidate) => Object.hasOwn(credHelpers, candidate));
  return key === undefined ? undefined : credHelpers[key];
}

/** The registries, and namespaces, that the file has credentials for. */
export function keysIn({ auths, credHelpers }: AuthFile): string[] {
  return [...new Set([...Object.keys(auths), ...Object.keys(credHelpers)])];
}

/** The file's text with credentials for a key; whatever else is in it stays. */
export function withCredentials(
  json: string | undefined,
  path: string,
  key: string,
  { username, password }: { readonly username: string; readonly password: string },
): string {
  const value = parseJson(json ?? '{}', path);
  const auth = new TextEncoder().encode(`${username}:${password}`).toBase64();
  return print({ ...value, auths: { ...authsOf(value), [key]: { auth } } });
}

/** The file's text without a key, or any key where none is given; `undefined` where it was not in there. */
export function withoutCredentials(json: string, path: string, key: string | undefined): string | undefined {
  const value = parseJson(json, path);
  const auths = authsOf(value);
  const gone = Object.keys(auths).filter(
    (candidate) => key === undefined || candidate === key || (candidate.includes('://') && hostOf(candidate) === key),
  );
  if (gone.length === 0) return undefined;
  const left = Object.entries(auths).filter(([candidate]) => !gone.includes(candidate));
  return print({ ...value, auths: Object.fromEntries(left) });
}

function print(value: unknown): string {
  return `${JSON.stringify(value, undefined, '\t')}\n`;
}

function keysFor(registry: string, repository: string): string[] {
  const parts = repository === '' ? [] : repository.split('/');
  return [...parts.map((_, index) => [registry, ...parts.slice(0, parts.length - index)].join('/')), registry];
}

/** `https://index.docker.io/v1/` is the registry `docker.io`. */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}

function secretOf(entry: AuthEntry, key: string, path: string): Secret | undefined {
  const { auth, username, password, identitytoken, registrytoken } = entry;
  if (identitytoken) return { kind: 'identity', token: identitytoken, origin: path };
  if (registrytoken) return { kind: 'bearer', token: registrytoken, origin: path };
  if (auth) return { kind: 'password', ...decodeAuth(auth, key, path), origin: path };
  return username && password ? { kind: 'password', username, password, origin: path } : undefined;
}

function decodeAuth(auth: string, key: string, path: string): { username: string; password: string } {
  const fault = () => confFault(path, `auths[${JSON.stringify(key)}].auth`, 'it is not base64 of USER:PASSWORD');
  let pair: string;
  try {
    pair = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.fromBase64(auth));
  } catch {
    throw fault();
  }
  const colon = pair.indexOf(':');
  if (colon < 0) throw fault();
  // Docker once filled the end with NULs.
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1).replace(/\0+$/, '') };
}

function authsOf(value: Record<string, unknown>): Record<string, unknown> {
  const { auths } = value;
  return typeof auths === 'object' && auths !== null ? (auths as Record<string, unknown>) : {};
}

function parseJson(json: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = json.trim() === '' ? {} : JSON.parse(json);
  } catch {
    // The parser's own words could quote a password.
    throw confFault(path, '', 'it is no JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw confFault(path, '', 'it is no JSON object');
}
