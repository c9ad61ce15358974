import { LimpidError } from '../../base/error.ts';
import type { HostView, ProgramResult } from '../host-view.ts';
import { DOCKER_HUB_ADDRESS } from './auth-file.ts';
import type { Secret } from './secret.ts';

const NOT_FOUND = /credentials not found|no credentials server URL|could not be found in the keychain/i;

/** What a `docker-credential-NAME` knows. `undefined` where it knows nothing; throws `ECREDHELPER` where it fails. */
export async function secretFromHelper(host: HostView, helper: string, registry: string): Promise<Secret | undefined> {
  const result = await runHelper(host, helper, 'get', registry, serverName(registry));
  const said = new TextDecoder().decode(result.out);
  if (result.code !== 0) {
    if (NOT_FOUND.test(said) || NOT_FOUND.test(result.err)) return undefined;
    // What it said may hold what it keeps.
    throw helperFault(helper, registry, `it exited with ${result.code}`);
  }
  const { Username: username, Secret: secret } = parseAnswer(said, helper, registry);
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
  const origin = program(helper);
  return username === '<token>'
    ? { kind: 'identity', token: secret, origin }
    : { kind: 'password', username, password: secret, origin };
}

/** Gives credentials to a helper to keep. */
export async function storeInHelper(
  host: HostView,
  helper: string,
  registry: string,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  const input = JSON.stringify({ ServerURL: serverName(registry), Username: username, Secret: password });
  const { code } = await runHelper(host, helper, 'store', registry, input);
  if (code !== 0) throw helperFault(helper, registry, `it exited with ${code}`);
}

export async function eraseInHelper(host: HostView, helper: string, registry: string): Promise<void> {
  const { code } = await runHelper(host, helper, 'erase', registry, serverName(registry));
  if (code !== 0) throw helperFault(helper, registry, `it exited with ${code}`);
}

async function runHelper(
  host: HostView,
  helper: string,
  verb: 'get' | 'store' | 'erase',
  registry: string,
  input: string,
): Promise<ProgramResult> {
  if (!/^[\w][\w.-]*$/.test(helper)) throw helperFault(helper, registry, 'that is no name of a helper');
  const result = await host.run([program(helper), verb], input);
  if (result === undefined) throw helperFault(helper, registry, `there is no "${program(helper)}" in PATH`);
  return result;
}

function program(helper: string): string {
  return `docker-credential-${helper}`;
}

function serverName(registry: string): string {
  return registry === 'docker.io' ? DOCKER_HUB_ADDRESS : registry;
}

function parseAnswer(json: string, helper: string, registry: string): { Username?: unknown; Secret?: unknown } {
  try {
    return (JSON.parse(json) ?? {}) as { Username?: unknown; Secret?: unknown };
  } catch {
    throw helperFault(helper, registry, 'it answered with no JSON');
  }
}

function helperFault(helper: string, registry: string, why: string): LimpidError {
  return new LimpidError({
    code: 'ECREDHELPER',
    doing: 'use',
    subject: `credential helper "${helper}" for "${registry}"`,
    why,
  });
}
