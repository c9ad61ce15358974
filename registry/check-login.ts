import { LimpidError } from '../base/error.ts';
import { failure } from './errand.ts';
import { Connection } from './http/connection.ts';
import type { Credentials, RegistryOptions } from './options.ts';
import { pushEndpoint } from './settings/endpoints.ts';

/**
 * Whether a registry accepts credentials, by its version check (distribution spec, end-1). Throws `EUNAUTHORIZED` where it
 * refuses them. A registry that asks nobody accepts all.
 */
export async function checkLogin(registry: string, credentials: Credentials, options: RegistryOptions): Promise<void> {
  const errand = { doing: 'log in to', subject: `"${registry}"` };
  const { insecure, trustedRealms } = await pushEndpoint({ registry, repository: 'login' }, options);
  const endpoint = { registry, repository: '', insecure, isMirror: false, trustedRealms };
  const connection = new Connection(endpoint, { ...options, credentials });
  const request = { method: 'GET', target: '/v2/', scopes: [], errand, expect: [200, 404] } as const;
  const { response } = await connection.send(request).catch((error: unknown) => {
    if (!(error instanceof LimpidError) || error.code !== 'EUNAUTHORIZED' || error.hint?.includes('trusted-realms'))
      throw error;
    throw failure('EUNAUTHORIZED', errand, `it refuses the user "${credentials.username}" with this password`);
  });
  await response.body?.cancel();
  if (response.status === 404) throw failure('EREGISTRY', errand, 'it is no registry: it has no "/v2/"');
}
