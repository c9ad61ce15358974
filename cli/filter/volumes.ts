import type { Volume } from '../../engine/volumes/list.ts';
import { LISTED_KEYS } from './listed.ts';
import { parseFilters, type FilterKeys } from './parse-filters.ts';

/** What `--filter KEY=VALUE` can ask, as podman's `volume ls`. */
const KEYS: FilterKeys<Volume> = {
  ...LISTED_KEYS,
  driver: (value) => () => value === 'local',
  scope: (value) => () => value === 'local',
};

/** One test from all filters. Throws EOPTION. */
export function volumeFilter(filters: readonly string[]): (volume: Volume) => boolean {
  return parseFilters(KEYS, filters);
}
