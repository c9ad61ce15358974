import { failure, type Errand } from '../errand.ts';
import { readBody } from '../http/bounded-body.ts';
import { fetchFollowing, type TlsOptions } from '../http/follow.ts';
import { basicAuthorization, type Secret } from './secret.ts';

export interface TokenRequest {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  /** Only where the realm may know it. */
  readonly secret: Secret | undefined;
  readonly tls: TlsOptions;
  readonly mayUsePlainHttp: boolean;
  readonly answerTimeoutMs: number;
  readonly errand: Errand;
}

const TOKEN_LIMIT_BYTES = 256 * 1024;
const CLIENT_ID = 'limpid';

/**
 * Asks a realm for a bearer token (distribution spec, "Token Authentication"). `undefined` where it refuses: 401 or 403.
 * Throws `EREGISTRY` where it answers with something else.
 */
export async function fetchToken(request: TokenRequest): Promise<string | undefined> {
  const { errand, realm, answerTimeoutMs } = request;
  const { response } = request.secret?.kind === 'identity' ? await exchange(request) : await ask(request);
  if (response.status === 401 || response.status === 403) {
    await response.body?.cancel();
    return undefined;
  }
  const fault = (why: string) => failure('EREGISTRY', errand, `the token server "${realm.host}" ${why}`);
  const bytes = await readBody(response, errand, { limitBytes: TOKEN_LIMIT_BYTES, stallTimeoutMs: answerTimeoutMs });
  if (response.status !== 200) throw fault(`answered ${response.status}`);
  const token = tokenIn(bytes);
  if (token === undefined) throw fault('sent no token');
  // A header is made of it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw fault('sent a token that is none');
  return token;
}

function ask({ realm, service, scopes, secret, ...rest }: TokenRequest): ReturnType<typeof fetchFollowing> {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (secret?.kind === 'password') url.searchParams.set('account', secret.username);
  const authorization = secret?.kind === 'password' ? basicAuthorization(secret.username, secret.password) : undefined;
  return fetchFollowing({
    ...rest,
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    ...(authorization === undefined ? {} : { authorization }),
    tlsForOthers: {},
    staysHome: secret !== undefined,
  });
}

/** OAuth2's way with a refresh token. */
function exchange({ realm, service, scopes, secret, ...rest }: TokenRequest): ReturnType<typeof fetchFollowing> {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID, scope: scopes.join(' ') });
  if (service !== undefined) form.set('service', service);
  if (secret?.kind === 'identity') form.set('refresh_token', secret.token);
  return fetchFollowing({
    ...rest,
    method: 'POST',
    url: realm,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: () => Promise.resolve(form.toString()),
    tlsForOthers: {},
    staysHome: true,
  });
}

function tokenIn(bytes: Uint8Array): string | undefined {
  try {
    const { token, access_token: access } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    if (typeof token === 'string' && token !== '') return token;
    return typeof access === 'string' && access !== '' ? access : undefined;
  } catch {
    return undefined;
  }
}
