import { ownHost } from '../host-view.ts';
import type { RegistryOptions } from '../options.ts';
import { readRegistriesConf } from '../settings/read-conf.ts';
import { helperFor, parseAuthFile, secretInFile, type AuthFile } from './auth-file.ts';
import { authFilesToRead } from './auth-places.ts';
import { secretFromHelper } from './credential-helper.ts';
import type { Secret } from './secret.ts';

/** In `credential-helpers` of registries.conf it stands for the auth files. */
const AUTH_FILES = 'containers-auth.json';

/**
 * What is known for a repository: `--creds`, else the first of the auth files and helpers that knows something. In a file
 * a helper for this registry comes first, then the file's own entries, then the helper for all.
 */
export async function findSecret(
  registry: string,
  repository: string,
  options: RegistryOptions,
): Promise<Secret | undefined> {
  const { credentials, host = ownHost() } = options;
  if (credentials !== undefined) return { kind: 'password', ...credentials, origin: '--creds' };
  const { credentialHelpers } = await readRegistriesConf(options);
  for (const helper of credentialHelpers.length === 0 ? [AUTH_FILES] : credentialHelpers) {
    const secret =
      helper === AUTH_FILES
        ? await secretInFiles(registry, repository, options)
        : await secretFromHelper(host, helper, registry);
    if (secret !== undefined) return secret;
  }
  return undefined;
}

/** An auth file as it is on disk, `undefined` where there is none. */
export async function readAuthFile(path: string, { host = ownHost() }: RegistryOptions): Promise<AuthFile | undefined> {
  const json = await host.readText(path);
  return json === undefined ? undefined : parseAuthFile(json, path);
}

async function secretInFiles(
  registry: string,
  repository: string,
  options: RegistryOptions,
): Promise<Secret | undefined> {
  const { host = ownHost() } = options;
  for (const path of authFilesToRead(options)) {
    const file = await readAuthFile(path, options);
    if (file === undefined && path === options.authFile)
      options.notice?.(`no credentials from --authfile: there is no file "${path}"`);
    if (file === undefined) continue;
    const helper = helperFor(file, registry);
    if (helper !== undefined && helper !== '') return secretFromHelper(host, helper, registry);
    const secret = secretInFile(file, registry, repository) ?? (await secretInStore(file, registry, options));
    if (secret !== undefined) return secret;
  }
  return undefined;
}

/** A store for all registries may have been set up for a desktop that is elsewhere: its absence is told, and no more. */
async function secretInStore(
  { credsStore, path }: AuthFile,
  registry: string,
  options: RegistryOptions,
): Promise<Secret | undefined> {
  const { host = ownHost(), notice } = options;
  if (credsStore === undefined) return undefined;
  try {
    return await secretFromHelper(host, credsStore, registry);
  } catch (error) {
    notice?.(`no credentials from the store of "${path}": ${(error as Error).message}`);
    return undefined;
  }
}
