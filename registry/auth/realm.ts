/** Registries whose tokens are known to come from another host of the same owner. */
const KNOWN_PAIRS: Readonly<Record<string, string>> = {
  'registry-1.docker.io': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
};

/**
 * Whether a registry's credentials may be given to the realm that its challenge names. A registry may name any host, and
 * who answers for it may not be its owner; so credentials go to
 * - the registry's own origin (scheme, host, port),
 * - the other half of a known pair, over TLS,
 * - a host that the user trusts for it (`trusted-realms` in registries.conf), over TLS.
 * Any other realm is asked for a token without credentials.
 */
export function mayKnowCredentials(registry: URL, realm: URL, trusted: readonly string[]): boolean {
  if (realm.origin === registry.origin) return true;
  if (realm.protocol !== 'https:') return false;
  if (KNOWN_PAIRS[registry.host] === realm.host) return true;
  return trusted.includes(realm.host);
}
