import type { RegistryOptions } from '../options.ts';
import type { Secret } from './secret.ts';

export async function findSecret(
  _registry: string,
  _repository: string,
  options: RegistryOptions,
): Promise<Secret | undefined> {
  const { credentials } = options;
  return credentials === undefined ? undefined : { kind: 'password', ...credentials, origin: '--creds' };
}
