import type { LimpidError } from '../../base/error.ts';
import { failure, type Errand } from '../errand.ts';

const UNKNOWN_HOST: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL'];
const UNREACHABLE: readonly string[] = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'];

/** Why our own timers ended a request. */
export class TimedOut extends Error {}

/** A request that got no answer, or a body that broke off. */
export interface NetworkTrouble {
  readonly code: string;
  readonly why: string;
  readonly errno?: string;
  readonly hint?: string;
  /** Whether the same request may do better. */
  readonly passing: boolean;
}

/** Makes sense of what `fetch` threw while it talked to `host`. */
export function networkTrouble(error: unknown, host: string): NetworkTrouble {
  if (error instanceof TimedOut) return { code: 'ETIMEDOUT', why: error.message, passing: true };
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (UNKNOWN_HOST.includes(code))
    return { code: 'EHOSTUNKNOWN', why: `the host "${host}" is not known`, errno: code, passing: code === 'EAI_AGAIN' };
  if (code === 'ECONNREFUSED')
    return { code, errno: code, why: `nothing listens at "${host}", or it refuses connections`, passing: false };
  if (UNREACHABLE.includes(code)) return { code, errno: code, why: `"${host}" cannot be reached`, passing: false };
  if (isTlsTrouble(code, message)) {
    const hint = `put its authority's certificate into /etc/containers/certs.d/${host}/ca.crt, or give --tls-verify=false`;
    return { code: 'ETLS', why: `no safe connection to "${host}": ${tlsReason(code, message)}`, hint, passing: false };
  }
  return { code: 'ETRANSFER', why: `the connection to "${host}" broke: ${code || message}`, passing: true };
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

function isTlsTrouble(code: string, message: string): boolean {
  return code === 'EPROTO' || /CERT|SSL|TLS|SIGNATURE|ISSUER|HOSTNAME/i.test(code) || /certificate|TLS/.test(message);
}

function tlsReason(code: string, message: string): string {
  if (code === 'EPROTO') return 'it does not speak TLS on this port, or not as we do';
  return message.length > 0 && message.length < 200 ? message.replace(new RegExp(`^${code}: `), '') : code;
}
