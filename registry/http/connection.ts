import { LimpidError } from '../../base/error.ts';
import { Authorizer } from '../auth/authorizer.ts';
import { findSecret } from '../auth/find-secret.ts';
import { tlsFor } from '../certs.ts';
import { serverOf, type Endpoint } from '../endpoint.ts';
import type { Errand } from '../errand.ts';
import { pacingOf, type Pacing, type RegistryOptions } from '../options.ts';
import { readBody } from './bounded-body.ts';
import { delayBefore, isTransient } from './delay.ts';
import { fetchFollowing, type RequestBody, type TlsOptions, type WebAnswer, type WebRequest } from './follow.ts';
import { networkTrouble, TimedOut, troubleFailure } from './network-failure.ts';
import { askAsStranger } from './stranger.ts';
import { registryWords, statusFailure } from './status-failure.ts';

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
  #prepared: Promise<{ tls: TlsOptions; authorizer: Authorizer }> | undefined;
  #scheme: 'https' | 'http' = 'https';

  constructor(endpoint: Endpoint, options: RegistryOptions) {
    this.endpoint = endpoint;
    this.#options = options;
    this.pacing = pacingOf(options);
  }

  get origin(): URL {
    return new URL(`${this.#scheme}://${serverOf(this.endpoint.registry)}/`);
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
    const { authorizer } = await this.#prepare();
    let answer = await this.#fetch(request, authorizer.remembered(request.scopes));
    if (answer.response.status === 401 && this.#isOwn(answer.url)) {
      await answer.response.body?.cancel();
      const challenge = answer.response.headers.get('www-authenticate');
      const authorization = await authorizer.answer(challenge, this.origin, request.scopes, request.errand);
      answer = await this.#fetch(request, authorization);
    }
    if (answer.response.status !== 401 || this.#isOwn(answer.url)) return answer;
    return askAsStranger(answer, this.#common(request), request.scopes);
  }

  async #fetch(request: RegistryRequest, authorization: string | undefined): Promise<WebAnswer> {
    // Another request may learn it while this one is under way.
    const scheme = this.#scheme;
    try {
      return await this.#fetchBy(request, authorization);
    } catch (error) {
      // An insecure registry may speak plain HTTP; which, only trying tells.
      if (!this.endpoint.insecure || scheme === 'http' || error instanceof LimpidError) throw error;
      if (error instanceof TimedOut || !['EPROTO', 'ECONNRESET', 'ECONNREFUSED'].includes(codeOf(error))) throw error;
      this.#scheme = 'http';
      return await this.#fetchBy(request, authorization);
    }
  }

  async #fetchBy(request: RegistryRequest, authorization: string | undefined): Promise<WebAnswer> {
    const { tls } = await this.#prepare();
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
    const said = registryWords(bytes);
    if (this.#isOwn(url) && (response.status === 401 || response.status === 403)) {
      const { authorizer } = await this.#prepare();
      return authorizer.refusal(response.status, errand, said);
    }
    return statusFailure(errand, url.host, response.status, said);
  }

  #prepare(): Promise<{ tls: TlsOptions; authorizer: Authorizer }> {
    return (this.#prepared ??= this.#connect());
  }

  async #connect(): Promise<{ tls: TlsOptions; authorizer: Authorizer }> {
    const { registry, repository, insecure, trustedRealms } = this.endpoint;
    const tls = await tlsFor(registry, insecure, this.#options);
    const authorizer = new Authorizer({
      registry,
      findSecret: () => findSecret(registry, repository, this.#options),
      trustedRealms,
      tls,
      mayUsePlainHttp: insecure,
      answerTimeoutMs: this.pacing.answerTimeoutMs,
    });
    return { tls, authorizer };
  }
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? '';
}
