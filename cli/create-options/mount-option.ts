import type { MountConfig } from '../../engine/config.ts';
import { splitCsvLine } from '../parse/csv-line.ts';
import { optionError } from '../parse/option-error.ts';
import { mountWords, withoutLabels } from './mount-words.ts';
import { destinationOf, volumeName } from './mount-place.ts';
import type { CreateRequest } from './request.ts';

type MountType = MountConfig['type'];
const TYPES: readonly MountType[] = ['bind', 'tmpfs', 'volume', 'image', 'ramfs', 'devpts', 'mqueue'];
/** Keys that are the same word with or without a value: `ro`, `ro=true`, `ro=false`. */
const SWITCHES: Readonly<Record<string, readonly [on: string, off: string]>> = {
  ro: ['ro', 'rw'],
  readonly: ['ro', 'rw'],
  rw: ['rw', 'ro'],
  readwrite: ['rw', 'ro'],
  U: ['U', ''],
  chown: ['U', ''],
  exec: ['exec', 'noexec'],
  noexec: ['noexec', 'exec'],
  suid: ['suid', 'nosuid'],
  nosuid: ['nosuid', 'suid'],
  dev: ['dev', 'nodev'],
  nodev: ['nodev', 'dev'],
  'bind-nonrecursive': ['bind', 'rbind'],
  tmpcopyup: ['tmpcopyup', 'notmpcopyup'],
  notmpcopyup: ['notmpcopyup', 'tmpcopyup'],
  'volume-nocopy': ['nocopy', 'copy'],
};
/** Keys whose value goes into a word of the file system. */
const VALUES: Readonly<Record<string, (value: string) => string>> = {
  'bind-propagation': (value) => value,
  consistency: (value) => (value === 'default' ? 'consistent' : value),
  'tmpfs-size': (value) => `size=${value}`,
  'tmpfs-mode': (value) => `mode=${value}`,
  size: (value) => `size=${value}`,
  mode: (value) => `mode=${value}`,
  uid: (value) => `uid=${value}`,
  gid: (value) => `gid=${value}`,
  max: (value) => `max=${value}`,
  ptmxmode: (value) => `ptmxmode=${value}`,
};

interface Draft {
  type: MountType;
  source: string | undefined;
  destination: string | undefined;
  words: string[];
}

/** `--mount type=bind,source=/a,destination=/b,ro` as podman reads it; the type is `volume` where none is given. */
export function parseMountOption(request: CreateRequest, text: string, because: string): MountConfig {
  const draft: Draft = { type: 'volume', source: undefined, destination: undefined, words: [] };
  const fields = splitCsvLine(text);
  if (fields === undefined || fields.length === 0) throw optionError(because, 'type=TYPE,KEY=VALUE,... is wanted');
  for (const field of fields) readField(draft, field, because);
  if (draft.destination === undefined) throw optionError(because, 'the place inside, destination=PATH, is missing');
  const destination = destinationOf(draft.destination, because);
  const source = sourceOf(request, draft, because);
  const given = draft.words.filter((word) => word !== '');
  const words = withoutLabels(given, () => request.host.hasSelinux, because);
  const options = mountWords(draft.type, words, because);
  return { type: draft.type, ...(source === undefined ? {} : { source }), destination, options, because };
}

function readField(draft: Draft, field: string, because: string): void {
  const equals = field.indexOf('=');
  const key = equals === -1 ? field : field.slice(0, equals);
  const value = equals === -1 ? undefined : field.slice(equals + 1);
  const [switched, worded] = [own(SWITCHES, key), own(VALUES, key)];
  if (key === 'type') draft.type = typeOf(value, because);
  else if (key === 'source' || key === 'src') draft.source = needed(key, value, because);
  else if (key === 'destination' || key === 'dst' || key === 'target') draft.destination = needed(key, value, because);
  else if (switched !== undefined) draft.words.push(switched[truth(key, value, because) ? 0 : 1]);
  else if (key === 'relabel') draft.words.push(relabelWord(needed(key, value, because), because));
  else if (worded !== undefined) draft.words.push(worded(needed(key, value, because)));
  else throw optionError(`"${field}" in ${because}`, 'a mount has no such key');
}

function relabelWord(value: string, because: string): string {
  if (value === 'shared') return 'z';
  if (value === 'private') return 'Z';
  throw optionError(`"relabel=${value}" in ${because}`, 'shared or private is wanted');
}

function sourceOf(request: CreateRequest, { type, source }: Draft, because: string): string | undefined {
  if (type === 'volume') return volumeName(source ?? '', because);
  if (type === 'image' && source !== undefined) return source;
  if (type === 'image') throw optionError(because, 'an image mount needs source=IMAGE');
  if (type !== 'bind') {
    if (source !== undefined) throw optionError(because, `a ${type} has no source`);
    return undefined;
  }
  if (source === undefined) throw optionError(because, 'a bind needs source=PATH');
  return request.hostPath(source);
}

function typeOf(value: string | undefined, because: string): MountType {
  const type = TYPES.find((type) => type === value);
  if (type === undefined) throw optionError(because, `the type must be one of ${TYPES.join(', ')}`);
  return type;
}

function needed(key: string, value: string | undefined, because: string): string {
  if (value === undefined || value === '') throw optionError(because, `"${key}" needs a value`);
  return value;
}

function truth(key: string, value: string | undefined, because: string): boolean {
  if (value === undefined || value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw optionError(`"${key}=${value}" in ${because}`, '"true" or "false" is wanted');
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
