import { parseInstant } from '../../base/instant.ts';
import type { Volume } from '../../engine/volumes/list.ts';
import { badFilter, hasLabel, namePattern, parseFilters, type FilterKeys } from './parse-filters.ts';

/** What `--filter KEY=VALUE` can ask, as podman's `volume ls`. */
const KEYS: FilterKeys<Volume> = {
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
  driver: (value) => () => value === 'local',
  scope: (value) => () => value === 'local',
};

/** One test from all filters. Throws EOPTION. */
export function volumeFilter(filters: readonly string[]): (volume: Volume) => boolean {
  return parseFilters(KEYS, filters);
}
