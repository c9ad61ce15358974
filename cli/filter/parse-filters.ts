import { LimpidError } from '../../base/error.ts';

/** What each key of `--filter KEY=VALUE` makes of its value: a test of one thing. */
export type FilterKeys<T> = Readonly<Record<string, (value: string) => (thing: T) => boolean>>;

/** A thing has many labels, and all that are asked for must hold: `rm --filter` would else take more than was meant. */
const ALL_HOLD: ReadonlySet<string> = new Set(['label', 'label!']);

/**
 * One test from all filters: values of one key are alternatives, but of labels; keys must all hold. Throws EOPTION for an
 * unknown key.
 */
export function parseFilters<T>(keys: FilterKeys<T>, filters: readonly string[]): (thing: T) => boolean {
  const byKey = new Map<string, ((thing: T) => boolean)[]>();
  for (const filter of filters) {
    const [key, value] = splitOnce(filter);
    const make = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (make === undefined || value === undefined) {
      throw badFilter(filter, `write KEY=VALUE with ${Object.keys(keys).join(', ')}`);
    }
    const among = ALL_HOLD.has(key) ? filter : key;
    byKey.set(among, [...(byKey.get(among) ?? []), make(value)]);
  }
  const every = [...byKey.values()];
  return (thing) => every.every((matches) => matches.some((match) => match(thing)));
}

/** `label=KEY` or `label=KEY=VALUE`. */
export function hasLabel(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const [key, wanted] = splitOnce(filter);
  return Object.hasOwn(labels, key) && (wanted === undefined || labels[key] === wanted);
}

export function namePattern(text: string, key = 'name'): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw badFilter(`${key}=${text}`, 'write a regular expression');
  }
}

export function badFilter(filter: string, hint: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'filter', subject: `by "${filter}"`, why: 'it is no filter', hint });
}

function splitOnce(text: string): [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}
