import type { LimpidError } from '../../base/error.ts';
import { failure, type Errand } from '../errand.ts';
import type { TlsOptions } from '../http/follow.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import { mayKnowCredentials } from './realm.ts';
import { basicAuthorization, describeSecret, type Secret } from './secret.ts';
import { fetchToken } from './token.ts';

export interface AuthorizerSettings {
  /** As in auth files: `docker.io`. */
  readonly registry: string;
  /** Asked for once, and only when the registry wants to know. */
  readonly findSecret: () => Promise<Secret | undefined>;
  readonly trustedRealms: readonly string[];
  readonly tls: TlsOptions;
  readonly mayUsePlainHttp: boolean;
  readonly answerTimeoutMs: number;
}

/** Answers one registry's challenges, and remembers the answers by scope. */
export class Authorizer {
  readonly #settings: AuthorizerSettings;
  readonly #known = new Map<string, string>();
  #secret: Promise<Secret | undefined> | undefined;
  #basic: string | undefined;
  /** Why credentials were not sent, for the message of a refusal. */
  #withheldFrom: string | undefined;

  constructor(settings: AuthorizerSettings) {
    this.#settings = settings;
  }

  /** What has worked for these scopes before. */
  remembered(scopes: readonly string[]): string | undefined {
    return this.#basic ?? this.#known.get(scopes.join(' '));
  }

  /**
   * The `Authorization` that answers a 401 from `origin`. Throws `EUNAUTHORIZED` where there is none that could help:
   * the message says which credentials were tried.
   */
  async answer(header: string | null, origin: URL, scopes: readonly string[], errand: Errand): Promise<string> {
    const challenges = parseChallenges(header ?? '');
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const secret = await this.secret();
    if (secret?.kind === 'bearer') return this.#remember(scopes, `Bearer ${secret.token}`);
    if (bearer !== undefined) return this.#remember(scopes, await this.#bearer(bearer, secret, origin, scopes, errand));
    const basic = challenges.find(({ scheme }) => scheme === 'basic');
    if (basic === undefined)
      throw failure('EREGISTRY', errand, `"${origin.host}" asks for authorization in no way that is known here`);
    if (secret?.kind !== 'password') throw await this.refusal(401, errand);
    this.#basic = basicAuthorization(secret.username, secret.password);
    return this.#basic;
  }

  /** A 401 or 403 that stands, with what was tried. */
  async refusal(status: number, errand: Errand, said?: string): Promise<LimpidError> {
    const { registry } = this.#settings;
    const secret = await this.secret();
    const words = status === 401 ? '401, unauthorized' : '403, forbidden';
    const detail = said === undefined ? '' : ` ("${said}")`;
    const tried =
      secret === undefined
        ? `no credentials are known for it`
        : this.#withheldFrom === undefined
          ? `tried ${describeSecret(secret)}`
          : `${describeSecret(secret)} were not sent to its token server "${this.#withheldFrom}", which is another host`;
    const hint =
      this.#withheldFrom === undefined || secret === undefined
        ? `limpid login ${registry}`
        : `if it is to know them: trusted-realms = ["${this.#withheldFrom}"] in the [[registry]] of registries.conf`;
    return failure(
      status === 401 ? 'EUNAUTHORIZED' : 'EFORBIDDEN',
      errand,
      `"${registry}" answered ${words}${detail}; ${tried}`,
      { hint },
    );
  }

  secret(): Promise<Secret | undefined> {
    return (this.#secret ??= this.#settings.findSecret());
  }

  #remember(scopes: readonly string[], authorization: string): string {
    this.#known.set(scopes.join(' '), authorization);
    return authorization;
  }

  async #bearer(
    { parameters }: Challenge,
    secret: Secret | undefined,
    origin: URL,
    scopes: readonly string[],
    errand: Errand,
  ): Promise<string> {
    const { trustedRealms, tls, mayUsePlainHttp, answerTimeoutMs } = this.#settings;
    const realm = realmOf(parameters['realm'], origin, mayUsePlainHttp, errand);
    const mayKnow = mayKnowCredentials(origin, realm, trustedRealms);
    this.#withheldFrom = mayKnow || secret === undefined ? undefined : realm.host;
    const token = await fetchToken({
      realm,
      service: parameters['service'],
      scopes,
      secret: mayKnow ? secret : undefined,
      tls: realm.origin === origin.origin ? tls : {},
      mayUsePlainHttp,
      answerTimeoutMs,
      errand,
    });
    if (token === undefined) throw await this.refusal(401, errand);
    return `Bearer ${token}`;
  }
}

function realmOf(text: string | undefined, origin: URL, mayUsePlainHttp: boolean, errand: Errand): URL {
  const realm = URL.parse(text ?? '', origin.href);
  const fault = (why: string) => failure('EREGISTRY', errand, `"${origin.host}" names a token server ${why}`);
  if (text === undefined || text === '' || realm === null) throw fault('without an address');
  if (realm.protocol !== 'https:' && realm.protocol !== 'http:') throw fault(`at a "${realm.protocol}" address`);
  if (realm.protocol === 'http:' && !mayUsePlainHttp) throw fault(`without TLS, "${realm.host}"`);
  realm.username = '';
  realm.password = '';
  return realm;
}
