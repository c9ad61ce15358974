import { LimpidError } from '../base/error.ts';

/** Turns untrusted JSON at a path into a value of the type, or throws LimpidError `ESPEC` that names the path. */
export type Decoder<T> = (value: unknown, path: string) => T;

type Shape = Readonly<Record<string, Decoder<unknown>>>;
type Decoded<S extends Shape> = { [K in keyof S]?: S[K] extends Decoder<infer T> ? T : never };

/** A document that cannot be used: `cannot use "process.cwd" of the runtime spec: …`. */
export class SpecFault extends LimpidError {
  readonly path: string;
  readonly why: string;

  constructor(path: string, why: string) {
    const subject = path === '' ? 'the runtime spec' : `"${path}" of the runtime spec`;
    super({ code: 'ESPEC', doing: 'use', subject, why });
    this.path = path;
    this.why = why;
  }
}

/** Decodes a document of another kind: what is wrong with it becomes the error that `fault` makes of path and reason. */
export function decodeDocument<T>(
  decode: Decoder<T>,
  value: unknown,
  fault: (path: string, why: string) => LimpidError,
): T {
  try {
    return decode(value, '');
  } catch (error) {
    if (error instanceof SpecFault) throw fault(error.path, error.why);
    throw error;
  }
}

export function specFault(path: string, why: string): SpecFault {
  return new SpecFault(path, why);
}

/**
 * An object of known fields. Absent and null fields are left out, and so is whatever the shape does not know:
 * runtime-spec, Extensibility: "MUST NOT generate an error if they encounter an unknown property".
 */
export function object<S extends Shape, R extends keyof S = never>(
  shape: S,
  required: readonly R[] = [],
): Decoder<Decoded<S> & { [K in R]-?: NonNullable<Decoded<S>[K]> }> {
  return (value, path) => {
    const source = expectObject(value, path);
    const result: Record<string, unknown> = {};
    // No list of pairs: this is loaded and run once in a process that lives for 15 ms.
    for (const name in shape) {
      const decode = shape[name]!;
      const field = Object.hasOwn(source, name) ? source[name] : undefined;
      if (field !== undefined && field !== null) result[name] = decode(field, within(path, name));
      else if ((required as readonly string[]).includes(name)) throw specFault(within(path, name), 'it is missing');
    }
    return result as Decoded<S> & { [K in R]-?: NonNullable<Decoded<S>[K]> };
  };
}

export function list<T>(decode: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw unexpected(path, 'a list', value);
    return value.map((item, index) => decode(item, `${path}[${index}]`));
  };
}

/** An object of free keys, each of which must be one that `checkKey` accepts (it answers with a complaint or nothing). */
export function record<T>(
  decode: Decoder<T>,
  checkKey: (key: string) => string | undefined = () => undefined,
): Decoder<Record<string, T>> {
  return (value, path) => {
    const result: Record<string, T> = {};
    for (const [key, item] of Object.entries(expectObject(value, path))) {
      const complaint = key.includes('\0') || key === '__proto__' ? 'that is no name' : checkKey(key);
      if (complaint !== undefined) throw specFault(child(path, key), complaint);
      result[key] = decode(item, child(path, key));
    }
    return result;
  };
}

/** Text without NUL, which no system call could take. */
export const text: Decoder<string> = (value, path) => {
  if (typeof value !== 'string') throw unexpected(path, 'text', value);
  if (value.includes('\0')) throw specFault(path, 'it holds a NUL byte');
  return value;
};

export const flag: Decoder<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw unexpected(path, 'true or false', value);
  return value;
};

export function integer(min: number, max: number): Decoder<number> {
  return (value, path) => {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) throw unexpected(path, 'a whole number', value);
    if (number < min || number > max) throw specFault(path, `${number} is not within ${min} and ${max}`);
    return number;
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Decoder<T> {
  return (value, path) => {
    if (typeof value === 'string' && (words as readonly string[]).includes(value)) return value as T;
    throw unexpected(path, `one of ${words.join(', ')}`, value);
  };
}

/** Text of a certain form, said in words for the error. */
export function matching(form: RegExp, words: string): Decoder<string> {
  return accepted((string) => form.test(string), words);
}

/** The same without a regular expression, whose first use costs 0.1 ms: for what every document has. */
export function accepted(accepts: (string: string) => boolean, words: string): Decoder<string> {
  return (value, path) => {
    const string = text(value, path);
    if (!accepts(string)) throw unexpected(path, words, value);
    return string;
  };
}

/** Text that begins with `prefix`, and goes on with some of these letters. */
export function spelled(prefix: string, letters: string, words: string): Decoder<string> {
  return accepted(
    (string) => string.length > prefix.length && string.startsWith(prefix) && isMadeOf(string, letters, prefix.length),
    words,
  );
}

export function isMadeOf(string: string, letters: string, from = 0): boolean {
  for (let at = from; at < string.length; at++) if (!letters.includes(string[at]!)) return false;
  return true;
}

export const absolutePath: Decoder<string> = accepted((path) => path.startsWith('/'), 'an absolute path');

function expectObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw unexpected(path, 'an object', value);
}

function unexpected(path: string, wanted: string, found: unknown): LimpidError {
  return specFault(path, `${describe(found)} is not ${wanted}`);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

/** The path of a known field, whose name is a plain word. */
function within(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function child(path: string, name: string): string {
  return /^[\w-]+$/.test(name) ? within(path, name) : `${path}[${JSON.stringify(name)}]`;
}
