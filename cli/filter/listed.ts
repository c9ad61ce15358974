import { parseInstant } from '../../base/instant.ts';
import { badFilter, hasLabel, namePattern, type FilterKeys } from './parse-filters.ts';

/** What networks and volumes have in common. */
export interface Listed {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly users: readonly unknown[];
  readonly created: string;
}

/** What can be asked of both, in podman's words. */
export const LISTED_KEYS = {
  name: (value) => {
    const pattern = namePattern(value);
    return ({ name }) => pattern.test(name);
  },
  label:
    (value) =>
    ({ labels }) =>
      hasLabel(labels, value),
  'label!':
    (value) =>
    ({ labels }) =>
      !hasLabel(labels, value),
  dangling: (value) => {
    if (value !== 'true' && value !== 'false') throw badFilter(`dangling=${value}`, 'it is true or false');
    return ({ users }) => (users.length === 0) === (value === 'true');
  },
  until: (value) => {
    const until = parseInstant(value, Date.now());
    if (until === undefined) throw badFilter(`until=${value}`, 'write a time, such as 24h or 2026-01-02');
    return ({ created }) => Date.parse(created) <= until;
  },
} satisfies FilterKeys<Listed>;
