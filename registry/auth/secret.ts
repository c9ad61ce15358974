/** What is known for a registry, and from where; messages name `origin` and the user, never more. */
export type Secret =
  | { readonly kind: 'password'; readonly username: string; readonly password: string; readonly origin: string }
  /** An OAuth refresh token, which the realm exchanges (Docker's "identity token"). */
  | { readonly kind: 'identity'; readonly token: string; readonly origin: string }
  /** A bearer token to be sent as it is (auth.json's "registrytoken"). */
  | { readonly kind: 'bearer'; readonly token: string; readonly origin: string };

/** `the credentials of "bob" from "/run/…/auth.json"`. */
export function describeSecret(secret: Secret): string {
  const origin = secret.origin.startsWith('-') ? secret.origin : `"${secret.origin}"`;
  if (secret.kind === 'password') return `the credentials of "${secret.username}" from ${origin}`;
  return `the ${secret.kind === 'identity' ? 'identity' : 'registry'} token from ${origin}`;
}

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
}
