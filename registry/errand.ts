import { LimpidError } from '../base/error.ts';

/** What a request is for, as messages say it: `pull` `"docker.io/library/alpine:3.22"`. */
export interface Errand {
  readonly doing: string;
  /** Values come quoted. */
  readonly subject: string;
}

export interface FailureParts {
  readonly errno?: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** `cannot pull "…": why (hint: …)`. */
export function failure(code: string, { doing, subject }: Errand, why: string, parts: FailureParts = {}): LimpidError {
  return new LimpidError({ code, doing, subject, why, ...parts });
}
