import { LimpidError } from '../base/error.ts';
import type { ContainerSummary } from '../engine/containers/list.ts';
import type { Status } from '../engine/records/state.ts';

type Match = (container: ContainerSummary) => boolean;

const STATUSES: readonly string[] = ['created', 'running', 'paused', 'stopping', 'exited'] satisfies Status[];

/** What `--filter KEY=VALUE` can ask, as podman's ps. */
const FILTERS: Readonly<Record<string, (value: string) => Match>> = {
  id:
    (value) =>
    ({ config }) =>
      config.id.startsWith(value),
  name: (value) => {
    const pattern = regularExpression(value);
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
  label: (value) => {
    const [key = '', wanted] = splitOnce(value);
    return ({ config }) => Object.hasOwn(config.labels, key) && (wanted === undefined || config.labels[key] === wanted);
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
};

/** One test from all filters: values of one key are alternatives, keys must all hold. Throws EOPTION for an unknown key. */
export function parseFilters(filters: readonly string[]): Match {
  const byKey = new Map<string, Match[]>();
  for (const filter of filters) {
    const [key = '', value = ''] = splitOnce(filter);
    const make = Object.hasOwn(FILTERS, key) ? FILTERS[key] : undefined;
    if (make === undefined || !filter.includes('=')) throw badFilter(filter);
    byKey.set(key, [...(byKey.get(key) ?? []), make(value)]);
  }
  return (container) => [...byKey.values()].every((matches) => matches.some((match) => match(container)));
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

function badFilter(filter: string, hint = `write KEY=VALUE with ${Object.keys(FILTERS).join(', ')}`): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'filter', subject: `by "${filter}"`, why: 'it is no filter', hint });
}
