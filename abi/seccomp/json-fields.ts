import { LimpidError } from '../../base/error.ts';

/** A value somewhere in an untrusted document, and how to name it in errors. */
export interface Field {
  readonly value: unknown;
  /** JSON path, such as `syscalls[3].args[0].index`; empty for the document itself. */
  readonly path: string;
  /** The document, quoted: `seccomp profile "FILE"`. */
  readonly document: string;
}

/** The error for a field, in the words of `why`: `is "x", wanted a number`. */
export function fieldError({ path, document }: Field, why: string): LimpidError {
  return new LimpidError({
    code: 'EPROFILE',
    doing: 'read',
    subject: document,
    why: path === '' ? `it ${why}` : `"${path}" ${why}`,
  });
}

/**
 * Opens an object that may have only the fields of `names`. Answers its fields on demand; null counts as
 * absent, as in Go. Throws for an unknown field: a misspelt rule must not vanish silently.
 */
export function objectField(field: Field, names: readonly string[]): (name: string) => Field | undefined {
  const { value, path, document } = field;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wanted(field, 'an object');
  const fields = value as Record<string, unknown>;
  const unknown = Object.keys(fields).find((name) => !names.includes(name));
  if (unknown !== undefined) throw fieldError(field, `has the unknown field "${unknown}"`);
  return (name) => {
    const inner = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (inner === undefined || inner === null) return undefined;
    return { value: inner, path: path === '' ? name : `${path}.${name}`, document };
  };
}

export function arrayField(field: Field): Field[] {
  const { value, path, document } = field;
  if (!Array.isArray(value)) throw wanted(field, 'an array');
  return value.map((item, index) => ({ value: item as unknown, path: `${path}[${index}]`, document }));
}

export function textField(field: Field): string {
  if (typeof field.value !== 'string') throw wanted(field, 'a string');
  return field.value;
}

export function textsField(field: Field | undefined): string[] {
  return field === undefined ? [] : arrayField(field).map(textField);
}

/** One of a few words. */
export function wordField<W extends string>(field: Field, words: readonly W[]): W {
  const text = textField(field);
  const word = words.find((one) => one === text);
  if (word === undefined) throw fieldError(field, `is "${text}", wanted one of ${words.join(', ')}`);
  return word;
}

/** A whole number from 0 to `max`, which a number beyond 2^53 must reach exactly, as a bigint. */
export function wholeField(field: Field, max: bigint): number | bigint {
  const { value } = field;
  const exact = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!exact || (value as number | bigint) < 0 || (value as number | bigint) > max) {
    throw wanted(field, `a whole number from 0 to ${max}`);
  }
  return value as number | bigint;
}

function wanted(field: Field, what: string): LimpidError {
  return fieldError(field, `is ${describeValue(field.value)}, wanted ${what}`);
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? `"${value}"` : String(value);
}
