import { LimpidError } from '../../base/error.ts';
import type { Descriptor } from '../../spec/image.ts';

/** The same failure, told of the layer and of where it comes from. */
export function layerError(
  error: unknown,
  { descriptor, name }: { readonly descriptor: Descriptor; readonly name: string },
): unknown {
  // An archive of images has told itself what it lacks.
  if (!(error instanceof LimpidError) || error.code === 'EARCHIVE') return error;
  const { code, doing, subject, op, errno, hint, exitCode, message } = error;
  const opening = `cannot ${doing}${subject === undefined ? '' : ` ${subject}`}: `;
  const advice = hint === undefined ? '' : ` (hint: ${hint})`;
  const reason = message.startsWith(opening) ? message.slice(opening.length) : message;
  // A path that failed is told; that it was a layer's is said already.
  const where = subject?.startsWith('"') === true ? `${subject.replace(/ of a layer$/, '')}: ` : '';
  return new LimpidError({
    code,
    doing: 'unpack',
    subject: `layer ${descriptor.digest} of ${name}`,
    why: `${where}${reason.endsWith(advice) ? reason.slice(0, reason.length - advice.length) : reason}`,
    exitCode,
    ...(op === undefined ? {} : { op }),
    ...(hint === undefined ? {} : { hint }),
    ...(errno === undefined ? {} : { cause: error }),
  });
}
