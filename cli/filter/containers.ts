import { parseInstant } from '../../base/instant.ts';
import type { ContainerConfig } from '../../engine/config.ts';
import type { ContainerSummary } from '../../engine/containers/list.ts';
import { findRecord } from '../../engine/records/read.ts';
import type { Status } from '../../engine/records/state.ts';
import type { World } from '../../engine/world.ts';
import { badFilter, hasLabel, namePattern, parseFilters, type FilterKeys } from './parse-filters.ts';

const STATUSES: readonly string[] = ['created', 'running', 'paused', 'stopping', 'exited'] satisfies Status[];

/** What `--filter KEY=VALUE` can ask, as podman's ps. */
const keysOf = (world: World): FilterKeys<ContainerSummary> => ({
  id: (value) => {
    if (/^[0-9a-f]*$/.test(value)) return ({ config }) => config.id.startsWith(value);
    const pattern = namePattern(value, 'id');
    return ({ config }) => pattern.test(config.id);
  },
  name: (value) => {
    const pattern = namePattern(value);
    return ({ config }) => pattern.test(config.name);
  },
  status: (value) => {
    const wanted = value === 'stopped' ? 'exited' : value;
    // Podman's, for what its database cannot tell: here nothing is.
    if (wanted === 'unknown') return () => false;
    if (!STATUSES.includes(wanted)) throw badFilter(`status=${value}`, `a status is one of ${STATUSES.join(', ')}`);
    return ({ state }) => state.status === wanted;
  },
  exited: (value) => {
    if (!/^-?\d{1,10}$/.test(value)) throw badFilter(`exited=${value}`, 'an exit code is a number');
    return ({ state }) => state.status === 'exited' && state.exitCode === Number(value);
  },
  ancestor:
    (value) =>
    ({ config }) =>
      isImage(config, value),
  label:
    (value) =>
    ({ config }) =>
      hasLabel(config.labels, value),
  'label!':
    (value) =>
    ({ config }) =>
      !hasLabel(config.labels, value),
  before: (value) => {
    const limit = findRecord(world, value).config.created;
    return ({ config }) => config.created < limit;
  },
  since: (value) => {
    const limit = findRecord(world, value).config.created;
    return ({ config }) => config.created > limit;
  },
  until: (value) => {
    const until = parseInstant(value, Date.now());
    if (until === undefined) throw badFilter(`until=${value}`, 'write a time, such as 24h or 2026-01-02');
    return ({ config }) => Date.parse(config.created) <= until;
  },
  volume:
    (value) =>
    ({ config }) =>
      config.mounts.some(({ source, destination }) => source === value || destination === value),
  network:
    (value) =>
    ({ config: { namespaces, networks = [] } }) =>
      namespaces.network.kind === value ||
      networks.some(({ network }) => network === (value === 'bridge' ? 'limpid' : value)),
});

/** One test from all filters. Throws EOPTION, and ENOCONTAINER for `before` and `since`. */
export function containerFilter(world: World, filters: readonly string[]): (container: ContainerSummary) => boolean {
  return parseFilters(keysOf(world), filters);
}

/** Its name, without the tag if that is `latest`, or its id or the start of it. */
function isImage({ image, rootfs }: ContainerConfig, value: string): boolean {
  if (image === value || image === `${value}:latest`) return true;
  const id = value.replace(/^sha256:/, '');
  return rootfs.kind === 'image' && id !== '' && rootfs.id.slice('sha256:'.length).startsWith(id);
}
