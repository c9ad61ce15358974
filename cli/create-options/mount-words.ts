import type { MountConfig } from '../../engine/config.ts';
import { parseSize } from '../../base/size.ts';
import { optionError } from '../parse/option-error.ts';

/** Words of which the last one wins; a default holds where none of its group is given. */
const GROUPS: readonly (readonly string[])[] = [
  ['rw', 'ro'],
  ['exec', 'noexec'],
  ['suid', 'nosuid'],
  ['dev', 'nodev'],
  ['symfollow', 'nosymfollow'],
  ['bind', 'rbind'],
  ['shared', 'rshared', 'slave', 'rslave', 'private', 'rprivate', 'unbindable', 'runbindable'],
  ['atime', 'noatime', 'relatime', 'strictatime'],
  ['diratime', 'nodiratime'],
  ['tmpcopyup', 'notmpcopyup'],
  ['idmap', 'ridmap'],
  ['copy', 'nocopy'],
];
const RECURSIVE = ['rro', 'rnosuid', 'rnodev', 'rnoexec', 'rnosymfollow'];
const WORDS = new Set([...GROUPS.flat(), ...RECURSIVE]);
const BIND_ONLY = new Set(['bind', 'rbind', 'idmap', 'ridmap', ...RECURSIVE]);
/** Whether a new volume begins as what the image has there. */
const VOLUME_ONLY = new Set(['copy', 'nocopy']);
/** Docker's words for how a shared folder of a Mac is kept: podman drops them here, too. */
const WITHOUT_EFFECT = new Set(['cached', 'consistent', 'delegated']);
/** What is done to the source before it is mounted: given to the container's user, or covered by an overlay. */
const OF_SOURCES = new Set(['U', 'O']);
const OVERLAY_PLACE = /^(?:upperdir|workdir)=\/./;

/** Default words by type, as podman's. `docker run --tmpfs` and podman agree on those of tmpfs. */
const DEFAULTS: Readonly<Record<MountConfig['type'], readonly string[]>> = {
  bind: ['rbind', 'rprivate', 'rw'],
  volume: ['rbind', 'rprivate', 'rw'],
  tmpfs: ['nosuid', 'nodev', 'rw'],
  ramfs: ['nosuid', 'nodev', 'rw'],
  devpts: ['nosuid', 'noexec', 'rw'],
  mqueue: ['nosuid', 'nodev', 'noexec', 'rw'],
  image: ['ro'],
};
export const TMPFS_DEFAULTS = ['rw', 'noexec', 'nosuid', 'nodev'];

/** The file systems' own words, with what their values look like. */
const OWN_WORDS: Readonly<Partial<Record<MountConfig['type'], Readonly<Record<string, RegExp>>>>> = {
  tmpfs: {
    size: /^\d+(?:%|[kmgt]?)$/i,
    mode: /^[0-7]{1,4}$/,
    nr_inodes: /^\d+[kmg]?$/i,
    nr_blocks: /^\d+[kmg]?$/i,
    uid: /^\d+$/,
    gid: /^\d+$/,
  },
  ramfs: { mode: /^[0-7]{1,4}$/ },
  devpts: { uid: /^\d+$/, gid: /^\d+$/, mode: /^[0-7]{1,4}$/, ptmxmode: /^[0-7]{1,4}$/, max: /^\d+$/ },
};

/**
 * The fstab-like words of a mount: those given, checked, and the defaults of their kind where nothing is said against them.
 * Throws EOPTION for a word that this kind of mount does not know or that contradicts another.
 */
export function mountWords(
  type: MountConfig['type'],
  given: readonly string[],
  because: string,
  defaults: readonly string[] = DEFAULTS[type],
): string[] {
  const meant = type === 'bind' || type === 'volume' ? given.filter((word) => !WITHOUT_EFFECT.has(word)) : given;
  const words = meant.map((word) => checkWord(type, word, because));
  for (const group of GROUPS) {
    const [first, second] = [...new Set(words.filter((word) => group.includes(word)))];
    if (second !== undefined) throw optionError(because, `"${first}" and "${second}" exclude each other`);
  }
  checkOverlay(words, because);
  const wanted = defaults.filter((word) => {
    const group = GROUPS.find((group) => group.includes(word));
    return !words.some((given) => group?.includes(given));
  });
  return [...new Set([...wanted, ...words])].filter((word) => word !== 'notmpcopyup' && word !== 'copy');
}

/** The upper directory of an overlay may be the user's own, with its work directory on the same file system. */
function checkOverlay(words: readonly string[], because: string): void {
  const places = ['upperdir', 'workdir'].filter((key) => words.some((word) => word.startsWith(`${key}=`)));
  if (places.length === 0) return;
  if (!words.includes('O')) throw optionError(because, `"${places[0]}" belongs to an overlay`, 'add O');
  if (places.length === 1) throw optionError(because, 'upperdir and workdir are wanted together');
}

/**
 * `z` and `Z` have files labelled for SELinux. Where the kernel is without it that is done by doing nothing. Throws EOPTION
 * where it is not.
 */
export function withoutLabels(given: readonly string[], hasSelinux: () => boolean, because: string): string[] {
  return given.filter((word) => {
    if (word !== 'z' && word !== 'Z') return true;
    if (!hasSelinux()) return false;
    throw optionError(
      `"${word}" in ${because}`,
      'labels of SELinux are not set',
      'label it yourself: chcon -Rt container_file_t',
    );
  });
}

function checkWord(type: MountConfig['type'], word: string, because: string): string {
  const isBind = type === 'bind' || type === 'volume';
  if (isBind && (OF_SOURCES.has(word) || OVERLAY_PLACE.test(word))) return word;
  if (type === 'tmpfs' && word === 'U') return word;
  const isKnown = WORDS.has(word) && (isBind || !BIND_ONLY.has(word)) && (type === 'volume' || !VOLUME_ONLY.has(word));
  if (isKnown && (type === 'tmpfs' || !word.endsWith('tmpcopyup'))) return word;
  const [name, value] = [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)];
  const own = OWN_WORDS[type];
  if (own !== undefined && Object.hasOwn(own, name) && own[name]!.test(sizeInBytes(name, value)))
    return `${name}=${sizeInBytes(name, value)}`;
  throw optionError(`"${word}" in ${because}`, `${type === 'image' ? 'an' : 'a'} ${type} mount has no such option`);
}

// tmpfs knows k, m and g, but not Docker's `64mb`; a percentage stays as it is.
function sizeInBytes(name: string, value: string): string {
  if (name !== 'size' || /^\d+(?:%|[kmgt]?)$/i.test(value)) return value;
  return String(parseSize(value) ?? value);
}
