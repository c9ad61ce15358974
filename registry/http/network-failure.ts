import type { LimpidError } from '../../base/error.ts';
import { failure, type Errand } from '../errand.ts';

const UNKNOWN_HOST: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL'];
const UNREACHABLE: readonly string[] = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'];

const UNKNOWN_AUTHORITY = 'nobody who is trusted here has signed its certificate';
const CERTIFICATE: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate is revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
};

/** Why our own timers ended a request. */
export class TimedOut extends Error {}

/** A body that ended before it should. */
export class BrokenOff extends Error {}

/** A request that got no answer, or a body that broke off. */
export interface NetworkTrouble {
  readonly code: string;
  readonly why: string;
  readonly errno?: string;
  readonly hint?: string;
  /** Whether the same request may do better. */
  readonly passing: boolean;
}

/** Makes sense of what `fetch` threw while it talked to `host`. Throws what is no network's error: a defect of ours. */
export function networkTrouble(error: unknown, host: string): NetworkTrouble {
  if (error instanceof TimedOut) return { code: 'ETIMEDOUT', why: error.message, passing: true };
  if (error instanceof BrokenOff) return broken(host, error.message);
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== 'string') throw error;
  if (UNKNOWN_HOST.includes(code))
    return { code: 'EHOSTUNKNOWN', why: `the host "${host}" is not known`, errno: code, passing: code === 'EAI_AGAIN' };
  if (code === 'ECONNREFUSED')
    return { code, errno: code, why: `nothing listens at "${host}", or it refuses connections`, passing: false };
  if (UNREACHABLE.includes(code)) return { code, errno: code, why: `"${host}" cannot be reached`, passing: false };
  if (isTlsTrouble(code)) return tlsTrouble(code, host);
  // What else fetch says may hold the address, and that a signature.
  return broken(host, code);
}

function broken(host: string, words: string): NetworkTrouble {
  return { code: 'ETRANSFER', why: `the connection to "${host}" broke: ${words}`, passing: true };
}

function isTlsTrouble(code: string): boolean {
  return code === 'EPROTO' || /CERT|SSL|TLS|SIGNATURE|ISSUER|HOSTNAME/i.test(code);
}

function tlsTrouble(code: string, host: string): NetworkTrouble {
  const reason =
    code === 'EPROTO' ? 'it does not speak TLS on this port, or not as we do' : (CERTIFICATE[code] ?? code);
  const why = `no safe connection to "${host}": ${reason}`;
  const authority = `put its authority's certificate into /etc/containers/certs.d/${host}/ca.crt, or give --tls-verify=false`;
  return {
    code: 'ETLS',
    why,
    hint: reason === UNKNOWN_AUTHORITY ? authority : 'give --tls-verify=false',
    passing: false,
  };
}

export function troubleFailure(
  errand: Errand,
  { code, why, errno, hint }: NetworkTrouble,
  cause: unknown,
): LimpidError {
  return failure(code, errand, why, {
    ...(errno === undefined ? {} : { errno }),
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
