import { LimpidError } from '../base/error.ts';

/** A spec that asks for something impossible or contradictory. `field` is a path in the runtime spec. */
export function specError(field: string, why: string, hint?: string): LimpidError {
  return new LimpidError({ code: 'ESPEC', doing: 'plan', subject: `"${field}"`, why, ...(hint ? { hint } : {}) });
}
