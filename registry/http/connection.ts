import { LimpidError } from '../../base/error.ts';
import type { Authorizer } from '../auth/authorizer.ts';
import { tlsFor } from '../certs.ts';
import { serverOf, type Endpoint } from '../endpoint.ts';
import type { Errand } from '../errand.ts';
import { pacingOf, type Pacing, type RegistryOptions } from '../options.ts';
import { readBody } from './bounded-body.ts';
import { delayBefore, isTransient } from './delay.ts';
import { fetchFollowing, type RequestBody, type TlsOptions, type WebAnswer, type WebRequest } from './follow.ts';
import { networkTrouble, TimedOut, troubleFailure } from './network-failure.ts';
import { isThisMachine } from './this-machine.ts';

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the registry's origin, or whole, as uploads have them. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: () => Promise<RequestBody>;
  /** What a token has to allow: `repository:NAME:pull`. */
  readonly scopes: readonly string[];
  readonly errand: Errand;
  /** Statuses that the caller understands; every other one throws. */
  readonly expect: readonly number[];
  /** A body that cannot be sent twice, or a step that a second try could confuse: the caller starts over itself. */
  readonly once?: boolean;
}

/** A registry may have to move a whole blob before it answers to the end of an upload. */
const WRITE_PATIENCE = 5;
const ERROR_LIMIT_BYTES = 64 * 1024;

/** One registry as the requests for one repository see it: origin, TLS, authorization, tries. */
export class Connection {
  readonly endpoint: Endpoint;
  readonly pacing: Pacing;
  readonly #options: RegistryOptions;
  #tls: Promise<TlsOptions> | undefined;
  /** From the first challenge on. */
  #authorizer: Promise<Authorizer> | undefined;
  #origin: URL;
  /** An insecure registry may speak plain HTTP; which, only trying tells. */
  #isSchemeKnown: boolean;

  constructor(endpoint: Endpoint, options: RegistryOptions) {
    this.endpoint = endpoint;
    this.#options = options;
    this.pacing = pacingOf(options);
    this.#isSchemeKnown = !endpoint.insecure;
    this.#origin = new URL(`https://${serverOf(endpoint.registry)}/`);
    // Nobody listens on the way to this machine, and TLS that then is not spoken costs 5 ms.
    if (endpoint.insecure && isThisMachine(this.#origin.hostname)) this.#origin = this.#originBy('http');
  }

  get origin(): URL {
    return this.#origin;
  }

  /** Sends until there is an answer of an expected status. Throws for anything else; see `networkTrouble` and `refusal`. */
  async send(request: RegistryRequest): Promise<WebAnswer> {
    for (let attempt = 1; ; attempt++) {
      const isLast = request.once === true || attempt >= this.pacing.tries;
      try {
        const answer = await this.#authorized(request);
        const { status, headers } = answer.response;
        if (request.expect.includes(status)) return answer;
        const delay = this.#delay(attempt + 1, headers.get('retry-after'));
        if (!isTransient(status) || isLast || delay === undefined) throw await this.#refused(answer, request.errand);
        await answer.response.body?.cancel();
        await this.pause(`"${answer.url.host}" answered ${status}`, delay);
      } catch (error) {
        if (error instanceof LimpidError) throw error;
        const trouble = networkTrouble(error, this.origin.host);
        if (!trouble.passing || isLast) throw troubleFailure(request.errand, trouble, error);
        await this.pause(trouble.why, this.#delay(attempt + 1, null)!);
      }
    }
  }

  /** Waits before a further try, and says why. */
  async pause(why: string, delayMs: number): Promise<void> {
    this.#options.notice?.(`${why}; trying again in ${(delayMs / 1000).toFixed(1)} s`);
    await Bun.sleep(delayMs);
  }

  #delay(next: number, retryAfter: string | null): number | undefined {
    return delayBefore(next, retryAfter, this.pacing, Date.now(), Math.random());
  }

  async #authorized(request: RegistryRequest): Promise<WebAnswer> {
    const known = await this.#authorizer;
    let answer = await this.#fetch(request, known?.remembered(request.scopes));
    if (answer.response.status === 401 && this.#isOwn(answer.url)) {
      await answer.response.body?.cancel();
      const authorizer = await this.#authorizing();
      const challenge = answer.response.headers.get('www-authenticate');
      const authorization = await authorizer.answer(challenge, this.origin, request.scopes, request.errand);
      answer = await this.#fetch(request, authorization);
    }
    if (answer.response.status !== 401 || this.#isOwn(answer.url)) return answer;
    const { askAsStranger } = await import('./stranger.ts');
    return askAsStranger(answer, this.#common(request), request.scopes);
  }

  async #fetch(request: RegistryRequest, authorization: string | undefined): Promise<WebAnswer> {
    if (this.#isSchemeKnown) return this.#fetchBy(request, authorization);
    // Another request may learn it while this one is under way.
    const tried = this.#origin;
    const first = await this.#fetchBy(request, authorization).catch((error: unknown) => error as Error);
    if (!isOfOtherScheme(first, tried)) {
      if (first instanceof Error) throw first;
      this.#isSchemeKnown = true;
      return first;
    }
    this.#origin = this.#originBy(tried.protocol === 'https:' ? 'http' : 'https');
    try {
      const answer = await this.#fetchBy(request, authorization);
      this.#isSchemeKnown = true;
      return answer;
    } catch (error) {
      if (tried.protocol === 'https:' || !isOfOtherScheme(error as Error, this.#origin)) throw error;
      // It does speak HTTP, and this is its answer.
      this.#origin = tried;
      if (first instanceof Error) throw first;
      return first;
    }
  }

  #originBy(scheme: 'https' | 'http'): URL {
    return new URL(`${scheme}://${serverOf(this.endpoint.registry)}/`);
  }

  async #fetchBy(request: RegistryRequest, authorization: string | undefined): Promise<WebAnswer> {
    const tls = await this.#tlsSettings();
    const url = new URL(request.target, this.origin);
    const common = this.#common(request);
    if (!this.#isOwn(url)) return fetchFollowing({ ...common, url, tls: common.tlsForOthers });
    return fetchFollowing({ ...common, url, tls, ...(authorization === undefined ? {} : { authorization }) });
  }

  #common({ method, headers = {}, body, errand }: RegistryRequest): Omit<WebRequest, 'url' | 'authorization' | 'tls'> {
    return {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      tlsForOthers: this.#options.tlsVerify === false ? { rejectUnauthorized: false } : {},
      mayUsePlainHttp: this.endpoint.insecure,
      answerTimeoutMs: this.pacing.answerTimeoutMs * (method === 'PUT' || method === 'PATCH' ? WRITE_PATIENCE : 1),
      errand,
    };
  }

  #isOwn({ origin }: URL): boolean {
    return origin === this.origin.origin;
  }

  async #refused({ response, url }: WebAnswer, errand: Errand): Promise<LimpidError> {
    const { stallTimeoutMs } = this.pacing;
    // The status alone says enough where the words cannot be had.
    const bytes = await readBody(response, errand, { limitBytes: ERROR_LIMIT_BYTES, stallTimeoutMs }).catch(
      () => new Uint8Array(),
    );
    const { registryWords, statusFailure } = await import('./status-failure.ts');
    const said = registryWords(bytes);
    if (this.#isOwn(url) && (response.status === 401 || response.status === 403))
      return (await this.#authorizing()).refusal(response.status, errand, said);
    return statusFailure(errand, url.host, response.status, said);
  }

  #tlsSettings(): Promise<TlsOptions> {
    return (this.#tls ??= tlsFor(this.endpoint.registry, this.endpoint.insecure, this.#options));
  }

  #authorizing(): Promise<Authorizer> {
    return (this.#authorizer ??= this.#openAuthorizer());
  }

  async #openAuthorizer(): Promise<Authorizer> {
    const { registry, repository, insecure, trustedRealms } = this.endpoint;
    const { Authorizer } = await import('../auth/authorizer.ts');
    const { findSecret } = await import('../auth/find-secret.ts');
    return new Authorizer({
      registry,
      findSecret: () => findSecret(registry, repository, this.#options),
      trustedRealms,
      tls: await this.#tlsSettings(),
      mayUsePlainHttp: insecure,
      answerTimeoutMs: this.pacing.answerTimeoutMs,
    });
  }
}

/** What comes of TLS where plain HTTP is spoken, and the other way round: servers of TLS answer HTTP with 400, or not at all. */
function isOfOtherScheme(outcome: WebAnswer | Error, tried: URL): boolean {
  if (!(outcome instanceof Error)) return tried.protocol === 'http:' && outcome.response.status === 400;
  if (outcome instanceof LimpidError || outcome instanceof TimedOut) return false;
  return ['EPROTO', 'ECONNRESET', 'ECONNREFUSED'].includes(codeOf(outcome));
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? '';
}
