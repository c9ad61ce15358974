import type { LimpidError } from '../../base/error.ts';
import { failure, type Errand } from '../errand.ts';

/** The first error of a registry's JSON answer (distribution spec, "Error Codes"), in its own words. */
export function registryWords(bytes: Uint8Array): string | undefined {
  try {
    const { errors } = JSON.parse(new TextDecoder().decode(bytes)) as { errors?: unknown };
    const [first] = Array.isArray(errors) ? (errors as { code?: unknown; message?: unknown }[]) : [];
    const words = [first?.message, first?.code].find((word) => typeof word === 'string' && word !== '');
    return typeof words === 'string' ? words.slice(0, 200) : undefined;
  } catch {
    return undefined;
  }
}

/** A status that nothing else has made sense of. */
export function statusFailure(errand: Errand, host: string, status: number, said: string | undefined): LimpidError {
  const detail = said === undefined ? '' : ` ("${said}")`;
  if (status === 429)
    return failure('ERATELIMIT', errand, `"${host}" answered 429, too many requests${detail}`, {
      hint: 'wait, or log in: registries allow more to those whom they know',
    });
  return failure(status >= 500 ? 'EBUSY' : 'EREGISTRY', errand, `"${host}" answered ${status}${detail}`);
}
