import { LimpidError } from '../../base/error.ts';
import {
  helperFor,
  keysIn,
  parseAuthFile,
  withCredentials,
  withoutCredentials,
} from '../../registry/auth/auth-file.ts';
import { authFileToWrite } from '../../registry/auth/auth-places.ts';
import { eraseInHelper, storeInHelper } from '../../registry/auth/credential-helper.ts';
import { findSecret, readAuthFile } from '../../registry/auth/find-secret.ts';
import { checkLogin } from '../../registry/check-login.ts';
import { ownHost } from '../../registry/host-view.ts';
import type { Credentials, RegistryOptions } from '../../registry/options.ts';
import { readRegistriesConf } from '../../registry/settings/read-conf.ts';
import type { World } from '../world.ts';
import type { LoginTarget } from './login-target.ts';
import { changePrivateFile } from './private-file.ts';

export type { Credentials } from '../../registry/options.ts';

/** Keeps credentials that the registry has accepted. Answers where: a file, or a helper's name. */
export async function logIn(
  world: World,
  target: LoginTarget,
  credentials: Credentials,
  options: RegistryOptions,
): Promise<string> {
  await checkLogin(target.registry, credentials, options);
  const { host = ownHost() } = options;
  const path = authFileToWrite(options);
  const helper = await helperOf(target, path, options);
  if (helper !== undefined) {
    await storeInHelper(host, helper, target.registry, credentials);
    return `docker-credential-${helper}`;
  }
  changePrivateFile(world, path, (text) => withCredentials(text, path, target.key, credentials));
  return path;
}

/** Forgets credentials. Throws `ENOLOGIN` where there are none. */
export async function logOut(world: World, target: LoginTarget, options: RegistryOptions): Promise<void> {
  const { host = ownHost() } = options;
  const path = authFileToWrite(options);
  const helper = await helperOf(target, path, options);
  if (helper !== undefined) return eraseInHelper(host, helper, target.registry);
  let found = false;
  changePrivateFile(world, path, (text) => {
    const rest = text === undefined ? undefined : withoutCredentials(text, path, target.key);
    found = rest !== undefined;
    return rest;
  });
  if (!found) throw notLoggedIn(target);
}

/** Forgets all credentials of the auth file, those that helpers keep for it among them. Answers which. */
export async function logOutEverywhere(world: World, options: RegistryOptions): Promise<string[]> {
  const { host = ownHost() } = options;
  const path = authFileToWrite(options);
  const file = await readAuthFile(path, options);
  if (file === undefined) return [];
  for (const [registry, helper] of Object.entries(file.credHelpers)) await eraseInHelper(host, helper, registry);
  changePrivateFile(world, path, (text) => withoutCredentials(text ?? '{}', path, undefined));
  return keysIn(file);
}

/** What is known for a registry already: its user, and whether the registry still accepts it is for `logIn` to see. */
export async function knownLogin(target: LoginTarget, options: RegistryOptions): Promise<Credentials | undefined> {
  const namespace = target.key.slice(target.registry.length + 1);
  const secret = await findSecret(target.registry, namespace, options);
  return secret?.kind === 'password' ? { username: secret.username, password: secret.password } : undefined;
}

/** The first registry that short names are looked for in, for who names none. Throws `EOPTION`. */
export async function defaultRegistry(options: RegistryOptions): Promise<string> {
  const [first] = (await readRegistriesConf(options)).searched;
  if (first !== undefined) return first;
  const why = 'no registry is named, and registries.conf has no unqualified-search-registries';
  throw new LimpidError({ code: 'EOPTION', doing: 'log in', why, hint: 'limpid login docker.io' });
}

export function notLoggedIn({ key }: LoginTarget): LimpidError {
  return new LimpidError({
    code: 'ENOLOGIN',
    doing: 'find',
    subject: `credentials for "${key}"`,
    why: 'there are none',
  });
}

/** The helper that the auth file, or registries.conf for all registries, wants them kept by. */
async function helperOf(
  { registry }: LoginTarget,
  path: string,
  options: RegistryOptions,
): Promise<string | undefined> {
  const { host = ownHost() } = options;
  const json = await host.readText(path);
  const own = json === undefined ? undefined : helperFor(parseAuthFile(json, path), registry);
  if (own !== undefined && own !== '') return own;
  const [first] = (await readRegistriesConf(options)).credentialHelpers;
  return first === undefined || first === 'containers-auth.json' ? undefined : first;
}
