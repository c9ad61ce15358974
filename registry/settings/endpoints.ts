import type { ImageReference } from '../../spec/reference.ts';
import type { Endpoint } from '../endpoint.ts';
import type { RegistryOptions } from '../options.ts';

export async function endpointsOf(reference: ImageReference, options: RegistryOptions): Promise<Endpoint[]> {
  const { registry, repository } = reference;
  return [{ registry, repository, insecure: options.tlsVerify === false, isMirror: false, trustedRealms: [] }];
}

export async function pushEndpoint(reference: ImageReference, options: RegistryOptions): Promise<Endpoint> {
  return (await endpointsOf(reference, options)).at(-1)!;
}
