import { LimpidError } from '../../base/error.ts';
import { formatReference, type ImageReference } from '../../spec/reference.ts';
import type { Endpoint } from '../endpoint.ts';
import type { RegistryOptions } from '../options.ts';
import { matchRule, relocate } from './match-rule.ts';
import { readRegistriesConf } from './read-conf.ts';
import type { MirrorRule, RegistriesConf, RegistryRule } from './registries-conf.ts';

/** Who is asked for an image, in order: mirrors that may serve it, then its own registry. Throws `EBLOCKED`. */
export async function endpointsOf(reference: ImageReference, options: RegistryOptions): Promise<Endpoint[]> {
  return endpointsBy(reference, await readRegistriesConf(options), options);
}

/** Where an image is pushed: mirrors are for reading, and so is a location that differs from the name. Throws `EBLOCKED`. */
export async function pushEndpoint(reference: ImageReference, options: RegistryOptions): Promise<Endpoint> {
  const { rules } = await readRegistriesConf(options);
  const rule = matchRule(reference, rules);
  refuseBlocked(reference, rule, 'push');
  const insecure = rule !== undefined && rule.insecure && (rule.location === '' || rule.location === rule.prefix);
  return endpoint(reference, insecure, rule, false, options);
}

export function endpointsBy(reference: ImageReference, conf: RegistriesConf, options: RegistryOptions): Endpoint[] {
  const rule = matchRule(reference, conf.rules);
  if (rule === undefined) return [endpoint(reference, false, undefined, false, options)];
  refuseBlocked(reference, rule, 'pull');
  const mirrors = rule.mirrors
    .filter((mirror) => serves(mirror, reference))
    .map((mirror) => endpoint(relocate(reference, rule, mirror.location), mirror.insecure, rule, true, options));
  return [...mirrors, endpoint(relocate(reference, rule, rule.location), rule.insecure, rule, false, options)];
}

function serves({ serves }: MirrorRule, { digest }: ImageReference): boolean {
  return serves === 'all' || (serves === 'digest-only') === (digest !== undefined);
}

function endpoint(
  { registry, repository }: ImageReference,
  insecure: boolean,
  rule: RegistryRule | undefined,
  isMirror: boolean,
  { tlsVerify }: RegistryOptions,
): Endpoint {
  return {
    registry,
    repository,
    insecure: tlsVerify === undefined ? insecure : !tlsVerify,
    isMirror,
    trustedRealms: rule?.trustedRealms ?? [],
  };
}

function refuseBlocked(reference: ImageReference, rule: RegistryRule | undefined, doing: string): void {
  if (rule?.blocked !== true) return;
  throw new LimpidError({
    code: 'EBLOCKED',
    doing,
    subject: `"${formatReference(reference)}"`,
    why: `"${rule.prefix}" is blocked in "${rule.file}"`,
  });
}
