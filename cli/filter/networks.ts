import type { NetworkSummary } from '../../engine/networks/list.ts';
import { LISTED_KEYS } from './listed.ts';
import { parseFilters, type FilterKeys } from './parse-filters.ts';

const { name, ...others } = LISTED_KEYS;

/** What `--filter KEY=VALUE` can ask, as podman's `network ls`. */
const KEYS: FilterKeys<NetworkSummary> = {
  name,
  id:
    (value) =>
    ({ id }) =>
      id.startsWith(value),
  driver:
    (value) =>
    ({ driver }) =>
      driver === value,
  ...others,
};

/** One test from all filters. Throws EOPTION. */
export function networkFilter(filters: readonly string[]): (network: NetworkSummary) => boolean {
  return parseFilters(KEYS, filters);
}
