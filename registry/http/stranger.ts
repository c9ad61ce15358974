import { Authorizer } from '../auth/authorizer.ts';
import { parseChallenges } from '../auth/challenge.ts';
import { fetchFollowing, type WebAnswer, type WebRequest } from './follow.ts';

/**
 * Answers a host that a registry has redirected to and that asks for authorization: with a token that anybody gets, as
 * some registries are only a door to others. No credentials are known to this; where the token is not enough, the 401 stays.
 */
export async function askAsStranger(
  answer: WebAnswer,
  request: Omit<WebRequest, 'url' | 'authorization' | 'tls'>,
  scopes: readonly string[],
): Promise<WebAnswer> {
  const { response, url } = answer;
  const header = response.headers.get('www-authenticate');
  const bearer = parseChallenges(header ?? '').find(({ scheme }) => scheme === 'bearer');
  if (bearer === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return answer;
  await response.body?.cancel();
  const { tlsForOthers, mayUsePlainHttp, answerTimeoutMs, errand } = request;
  const authorizer = new Authorizer({
    registry: url.host,
    findSecret: () => Promise.resolve(undefined),
    trustedRealms: [],
    tls: tlsForOthers,
    mayUsePlainHttp,
    answerTimeoutMs,
  });
  // Over there the repository may be called otherwise.
  const { scope } = bearer.parameters;
  const wanted = scope === undefined ? scopes : scope.split(' ');
  const authorization = await authorizer.answer(header, new URL(url.origin), wanted, errand);
  return fetchFollowing({ ...request, url, authorization, tls: tlsForOthers });
}
