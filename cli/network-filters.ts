import { LimpidError } from '../base/error.ts';
import { parseInstant } from '../base/instant.ts';
import type { NetworkSummary } from '../engine/networks/list.ts';

type Match = (network: NetworkSummary) => boolean;

/** What `--filter KEY=VALUE` can ask, as podman's `network ls`. */
const FILTERS: Readonly<Record<string, (value: string) => Match>> = {
  name: (value) => {
    const pattern = regularExpression(value);
    return ({ name }) => pattern.test(name);
  },
  id:
    (value) =>
    ({ id }) =>
      id.startsWith(value),
  driver:
    (value) =>
    ({ driver }) =>
      driver === value,
  label: (value) => {
    const [key, wanted] = splitOnce(value);
    return ({ labels }) => Object.hasOwn(labels, key) && (wanted === undefined || labels[key] === wanted);
  },
  'label!': (value) => {
    const [key, unwanted] = splitOnce(value);
    return ({ labels }) => !Object.hasOwn(labels, key) || (unwanted !== undefined && labels[key] !== unwanted);
  },
  dangling: (value) => {
    if (value !== 'true' && value !== 'false') throw badFilter(`dangling=${value}`);
    return ({ users }) => (users.length === 0) === (value === 'true');
  },
  until: (value) => {
    const until = parseInstant(value, Date.now());
    if (until === undefined) throw badFilter(`until=${value}`);
    return ({ created }) => Date.parse(created) <= until;
  },
};

/** One test from all filters: values of one key are alternatives, keys must all hold. Throws EOPTION. */
export function networkFilter(filters: readonly string[]): Match {
  const byKey = new Map<string, Match[]>();
  for (const filter of filters) {
    const [key, value] = splitOnce(filter);
    const make = Object.hasOwn(FILTERS, key) ? FILTERS[key] : undefined;
    if (make === undefined || value === undefined) throw badFilter(filter);
    byKey.set(key, [...(byKey.get(key) ?? []), make(value)]);
  }
  return (network) => [...byKey.values()].every((matches) => matches.some((match) => match(network)));
}

function splitOnce(text: string): [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw badFilter(`name=${text}`);
  }
}

function badFilter(filter: string): LimpidError {
  const hint = `write KEY=VALUE with ${Object.keys(FILTERS).join(', ')}`;
  return new LimpidError({ code: 'EOPTION', doing: 'filter', subject: `by "${filter}"`, why: 'it is no filter', hint });
}
