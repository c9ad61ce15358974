import { failure, type Errand } from '../errand.ts';
import { fetchOnce } from './fetch-once.ts';

export type RequestBody = string | Uint8Array | ReadableStream<Uint8Array>;

export interface WebRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent to `url`'s origin alone. */
  readonly authorization?: string;
  /** Called again for each try. */
  readonly body?: () => Promise<RequestBody>;
  /** TLS settings of `url`'s origin; `forOthers` of hosts that it redirects to. */
  readonly tls: TlsOptions;
  readonly tlsForOthers: TlsOptions;
  readonly mayUsePlainHttp: boolean;
  /** The body or the query is for this origin alone: a redirect elsewhere is an error. */
  readonly staysHome?: boolean;
  readonly answerTimeoutMs: number;
  readonly errand: Errand;
}

export interface TlsOptions {
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface WebAnswer {
  readonly response: Response;
  /** Where it came from, after redirects. */
  readonly url: URL;
}

const MAX_REDIRECTS = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Sends a request and follows redirects by hand: authorization and client certificates stay with the first origin, TLS is
 * not left for plain HTTP, and a ring is an error (`EREDIRECT`). Network errors come as `fetch` throws them.
 */
export async function fetchFollowing(request: WebRequest): Promise<WebAnswer> {
  const { errand } = request;
  const seen = new Set<string>();
  let { url } = request;
  for (;;) {
    const response = await fetchOnce(request, url);
    if (!REDIRECTS.includes(response.status)) return { response, url };
    await response.body?.cancel();
    seen.add(url.href);
    const next = redirectTarget(response, url, request);
    if (seen.has(next.href))
      throw failure('EREDIRECT', errand, `"${url.host}" redirects in a ring, over "${next.host}"`);
    if (seen.size > MAX_REDIRECTS)
      throw failure('EREDIRECT', errand, `more than ${MAX_REDIRECTS} redirects, the last to "${next.host}"`);
    url = next;
  }
}

function redirectTarget(response: Response, url: URL, request: WebRequest): URL {
  const { errand, method, mayUsePlainHttp } = request;
  const location = response.headers.get('location') ?? '';
  const next = URL.parse(location, url.href);
  const fault = (why: string) => failure('EREDIRECT', errand, `"${url.host}" redirects ${why}`);
  if (location === '' || next === null) throw fault('to nowhere');
  if (next.protocol !== 'https:' && next.protocol !== 'http:') throw fault(`to a "${next.protocol}" address`);
  if (next.protocol === 'http:' && url.protocol === 'https:' && !mayUsePlainHttp)
    throw fault(`from TLS to plain HTTP at "${next.host}"`);
  if (request.staysHome === true && next.origin !== url.origin)
    throw fault(`to another host, "${next.host}", with what is for itself`);
  if (method !== 'GET' && method !== 'HEAD' && response.status < 307)
    throw fault(`a ${method} with ${response.status}`);
  // A name and password in the address would be sent as authorization.
  next.username = '';
  next.password = '';
  next.hash = '';
  return next;
}
