import type { ContainerSummary } from '../../engine/containers/list.ts';
import type { Status } from '../../engine/records/state.ts';
import { badFilter, hasLabel, namePattern, parseFilters, type FilterKeys } from './parse-filters.ts';

const STATUSES: readonly string[] = ['created', 'running', 'paused', 'stopping', 'exited'] satisfies Status[];

/** What `--filter KEY=VALUE` can ask, as podman's ps. */
const KEYS: FilterKeys<ContainerSummary> = {
  id:
    (value) =>
    ({ config }) =>
      config.id.startsWith(value),
  name: (value) => {
    const pattern = namePattern(value);
    return ({ config }) => pattern.test(config.name);
  },
  status: (value) => {
    const wanted = value === 'stopped' ? 'exited' : value;
    if (!STATUSES.includes(wanted)) throw badFilter(`status=${value}`, `a status is one of ${STATUSES.join(', ')}`);
    return ({ state }) => state.status === wanted;
  },
  exited:
    (value) =>
    ({ state }) =>
      state.status === 'exited' && state.exitCode === Number(value),
  ancestor:
    (value) =>
    ({ config }) =>
      config.image === value,
  label:
    (value) =>
    ({ config }) =>
      hasLabel(config.labels, value),
  volume:
    (value) =>
    ({ config }) =>
      config.mounts.some(({ source, destination }) => source === value || destination === value),
  network:
    (value) =>
    ({ config: { namespaces, networks = [] } }) =>
      namespaces.network.kind === value ||
      networks.some(({ network }) => network === (value === 'bridge' ? 'limpid' : value)),
};

/** One test from all filters. Throws EOPTION. */
export function containerFilter(filters: readonly string[]): (container: ContainerSummary) => boolean {
  return parseFilters(KEYS, filters);
}
