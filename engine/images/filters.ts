import { parseInstant } from '../../base/instant.ts';
import { LimpidError } from '../../base/error.ts';
import type { World } from '../world.ts';
import { labelsOf } from './details.ts';
import { findImage, lookUp, repositoryOf, type StoredImage } from './find.ts';
import { containersByImage } from './in-use.ts';
import { isList } from './manifest-list.ts';

type Match = (image: StoredImage) => boolean;

const since = (world: World, value: string): Match => {
  const limit = createdMs(findImage(world, value));
  return (image) => createdMs(image) > limit;
};

/** What `--filter KEY=VALUE` can ask, as podman's images. */
const FILTERS: Readonly<Record<string, (world: World, value: string) => Match>> = {
  before: (world, value) => {
    const limit = createdMs(findImage(world, value));
    return (image) => createdMs(image) < limit;
  },
  since,
  after: since,
  until: (_, value) => {
    const limit = parseInstant(value, Date.now());
    if (limit === undefined) throw badFilter(`until=${value}`, 'write a time, such as 24h or 2026-01-02');
    return (image) => createdMs(image) < limit;
  },
  dangling: (_, value) => equals(value, ({ entry }) => entry.name === undefined),
  intermediate: (_, value) => equals(value, () => false),
  readonly: (_, value) => equals(value, () => false),
  containers: (world, value) => {
    const used = containersByImage(world);
    return equals(value, ({ id }) => used.has(id));
  },
  id: (_, value) => {
    const wanted = value.replace(/^sha256:/, '');
    // Nothing is the start of each: a variable that was never set would choose all.
    return ({ id }) => wanted !== '' && id.slice(7).startsWith(wanted);
  },
  label: (world, value) => labelMatch(world, value, true),
  'label!': (world, value) => labelMatch(world, value, false),
  manifest: (_, value) => equals(value, ({ entry }) => isList(entry)),
  reference: (_, value) => referenceMatch(value),
};

/** One test from all filters: values of one key are alternatives, keys must all hold. Throws EOPTION for an unknown key. */
export function parseImageFilters(world: World, filters: readonly string[]): Match {
  const byKey = new Map<string, Match[]>();
  for (const filter of filters) {
    const [, name = '', not = '', value = ''] = /^([a-z]+)(!?)=(.*)$/s.exec(filter) ?? [];
    const key = name + not;
    byKey.set(key, [...(byKey.get(key) ?? []), matchOf(world, filter, { name, key, value })]);
  }
  return (image) => [...byKey.values()].every((matches) => matches.some((match) => match(image)));
}

interface Asked {
  readonly name: string;
  /** The name, and `!` behind it where the opposite is asked for. */
  readonly key: string;
  readonly value: string;
}

function matchOf(world: World, filter: string, { name, key, value }: Asked): Match {
  if (Object.hasOwn(FILTERS, key)) return FILTERS[key]!(world, value);
  if (Object.hasOwn(FILTERS, name)) {
    const match = FILTERS[name]!(world, value);
    return (image) => !match(image);
  }
  const names = Object.keys(FILTERS).filter((one) => !one.endsWith('!'));
  throw badFilter(filter, `write KEY=VALUE or KEY!=VALUE with ${names.join(', ')}`);
}

/** `images NAME`: images that have a name of this repository, tag or pattern. */
export function referenceMatch(pattern: string): Match {
  const glob = new Bun.Glob(pattern);
  return (image) => {
    const direct = pattern.includes('*') ? undefined : lookUp(image.entries, pattern);
    if (direct !== undefined) return true;
    return image.entries.some(({ name }) => name !== undefined && namesLike(name).some((text) => glob.match(text)));
  };
}

/** `docker.io/library/alpine:3` as people write it: without the tag, without the registry, and so on. */
function namesLike(name: string): string[] {
  const tagged = [name, repositoryOf(name)];
  return tagged.flatMap((text) => {
    const parts = text.split('/');
    return parts.map((_, index) => parts.slice(index).join('/'));
  });
}

function labelMatch(world: World, value: string, wanted: boolean): Match {
  const at = value.indexOf('=');
  const [key, text] = at < 0 ? [value, undefined] : [value.slice(0, at), value.slice(at + 1)];
  return ({ id }) => {
    const labels = labelsOf(world, id);
    if (labels === undefined) return false;
    return (Object.hasOwn(labels, key) && (text === undefined || labels[key] === text)) === wanted;
  };
}

function equals(value: string, holds: Match): Match {
  if (value !== 'true' && value !== 'false') throw badFilter(value, 'true or false is wanted');
  return (image) => String(holds(image)) === value;
}

function createdMs({ entry }: StoredImage): number {
  return Date.parse(entry.created) || 0;
}

function badFilter(filter: string, hint: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'filter', subject: `by "${filter}"`, why: 'it is no filter', hint });
}
