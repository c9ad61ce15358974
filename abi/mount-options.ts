import * as MS from './flags/mount.ts';

/** What a list of fstab-like words asks for, in the terms of mount(2) and mount_setattr(2). */
export interface MountOptions {
  /** MS_* for mount(2) of a new file system; without MS_BIND, MS_REC and the propagation. */
  readonly flags: number;
  readonly bind: boolean;
  readonly recursive: boolean;
  /** MOUNT_ATTR_* of this mount. A clear of `MOUNT_ATTR__ATIME` always goes with an atime change. */
  readonly attrSet: number;
  readonly attrClear: number;
  /** MOUNT_ATTR_* of this mount and all below it (`rro`, `rnosuid` …); to be applied before the above. */
  readonly recursiveAttrSet: number;
  readonly recursiveAttrClear: number;
  /** MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE, with MS_REC where it was `rshared` and so on; 0 where unsaid. */
  readonly propagation: number;
  /** The words that are the file system's own, joined by commas. */
  readonly data: string;
  /** `tmpcopyup`: what the tmpfs hides is copied into it. */
  readonly copyUp: boolean;
  /** `idmap`, `ridmap`: whether the mount, or the tree, takes the id mappings that stand beside it. */
  readonly idMap: 'no' | 'mount' | 'tree';
}

/** Words of the superblock, which mount(2) alone takes: those that set the flag, then those that clear it. */
const FLAG_WORDS: readonly (readonly [set: string, clear: string, flag: number])[] = [
  ['sync', 'async', MS.MS_SYNCHRONOUS],
  ['remount', '', MS.MS_REMOUNT],
  ['mand', 'nomand', MS.MS_MANDLOCK],
  ['dirsync', '', MS.MS_DIRSYNC],
  ['silent', 'loud', MS.MS_SILENT],
  ['acl', 'noacl', MS.MS_POSIXACL],
  ['iversion', 'noiversion', MS.MS_I_VERSION],
  ['lazytime', 'nolazytime', MS.MS_LAZYTIME],
];

/** Words of the mount. Each has a recursive form with `r` before it. */
const ATTR_WORDS: readonly (readonly [set: string, clear: string, attr: number, flag: number])[] = [
  ['ro', 'rw', MS.MOUNT_ATTR_RDONLY, MS.MS_RDONLY],
  ['nosuid', 'suid', MS.MOUNT_ATTR_NOSUID, MS.MS_NOSUID],
  ['nodev', 'dev', MS.MOUNT_ATTR_NODEV, MS.MS_NODEV],
  ['noexec', 'exec', MS.MOUNT_ATTR_NOEXEC, MS.MS_NOEXEC],
  ['nodiratime', 'diratime', MS.MOUNT_ATTR_NODIRATIME, MS.MS_NODIRATIME],
  ['nosymfollow', 'symfollow', MS.MOUNT_ATTR_NOSYMFOLLOW, MS.MS_NOSYMFOLLOW],
];

/** Access times are one value of three. `norelatime` is not here: relatime is what remains without the others. */
const ATIME_WORDS: readonly (readonly [word: string, attr: number, flag: number])[] = [
  ['relatime', MS.MOUNT_ATTR_RELATIME, MS.MS_RELATIME],
  ['noatime', MS.MOUNT_ATTR_NOATIME, MS.MS_NOATIME],
  ['strictatime', MS.MOUNT_ATTR_STRICTATIME, MS.MS_STRICTATIME],
  ['atime', MS.MOUNT_ATTR_RELATIME, MS.MS_RELATIME],
  ['nostrictatime', MS.MOUNT_ATTR_RELATIME, MS.MS_RELATIME],
];

const PROPAGATION_WORDS: readonly (readonly [word: string, flag: number])[] = [
  ['shared', MS.MS_SHARED],
  ['slave', MS.MS_SLAVE],
  ['private', MS.MS_PRIVATE],
  ['unbindable', MS.MS_UNBINDABLE],
];

const OTHER_WORDS: readonly (readonly [word: string, field: Effect['field']])[] = [
  ['defaults', 'nothing'],
  ['bind', 'bind'],
  ['rbind', 'recursive bind'],
  ['tmpcopyup', 'copyUp'],
  ['idmap', 'idMap'],
  ['ridmap', 'tree idMap'],
];

interface Draft {
  flags: number;
  bind: boolean;
  recursive: boolean;
  own: AttrChange;
  tree: AttrChange;
  propagation: number;
  data: string[];
  copyUp: boolean;
  idMap: 'no' | 'mount' | 'tree';
}

interface AttrChange {
  set: number;
  clear: number;
}

/** What one word does: the bits of `mask` in that field become `value`. */
interface Effect {
  readonly field:
    | 'flags'
    | 'own'
    | 'tree'
    | 'propagation'
    | 'bind'
    | 'recursive bind'
    | 'copyUp'
    | 'idMap'
    | 'tree idMap'
    | 'nothing';
  readonly mask: number;
  readonly value: number;
}

const EFFECTS = new Map<string, Effect>();

/**
 * Parses the runtime-spec's `mounts[].options` (runtime-spec, config.md, "Linux mount options"). Of two words that
 * contradict each other the later wins. What is no known word belongs to the file system and ends up in `data`.
 */
export function parseMountOptions(words: readonly string[]): MountOptions {
  const draft: Draft = {
    flags: 0,
    bind: false,
    recursive: false,
    own: { set: 0, clear: 0 },
    tree: { set: 0, clear: 0 },
    propagation: 0,
    data: [],
    copyUp: false,
    idMap: 'no',
  };
  for (const word of words) {
    const effect = effects().get(word);
    if (effect !== undefined) apply(effect, draft);
    else if (word !== '') draft.data.push(word);
  }
  const { own, tree, flags, data, ...rest } = draft;
  return {
    ...rest,
    flags: flags | flagsFromAttrs(own),
    attrSet: own.set,
    attrClear: own.clear,
    recursiveAttrSet: tree.set,
    recursiveAttrClear: tree.clear,
    data: data.join(','),
  };
}

/** Every word of the runtime-spec's. */
export function mountOptionWords(): string[] {
  return [...effects().keys()];
}

/** Whether a word is one of the runtime-spec's, and not the file system's own. */
export function isMountOptionWord(word: string): boolean {
  return effects().has(word);
}

/** The words for MS_* flags, as mount(8) takes them after `-o`: `ro,nosuid,rbind,rprivate`. */
export function mountFlagWords(flags: number): string[] {
  const words: string[] = [];
  for (const [set, , , flag] of ATTR_WORDS) if (flags & flag) words.push(set);
  for (const [word, , flag] of ATIME_WORDS.slice(0, 3)) if (flags & flag) words.push(word);
  for (const [set, , flag] of FLAG_WORDS) if (flags & flag) words.push(set);
  const recursive = (flags & MS.MS_REC) !== 0;
  if (flags & MS.MS_BIND) words.push(recursive ? 'rbind' : 'bind');
  for (const [word, flag] of PROPAGATION_WORDS) if (flags & flag) words.push(recursive ? `r${word}` : word);
  return words;
}

/** The words for a change of MOUNT_ATTR_*, with `r` before each where it is for the whole tree. */
export function mountAttrWords(attrSet: number, attrClear: number, recursive = false): string[] {
  const words: string[] = [];
  for (const [set, clear, attr] of ATTR_WORDS) {
    if (attrSet & attr) words.push(set);
    else if (attrClear & attr) words.push(clear);
  }
  const atime = ATIME_WORDS.find(([, attr]) => (attrSet & MS.MOUNT_ATTR__ATIME) === attr);
  if (attrClear & MS.MOUNT_ATTR__ATIME && atime !== undefined) words.push(atime[0]);
  return recursive ? words.map((word) => `r${word}`) : words;
}

/** The words that parse into the same options: `parseMountOptions(formatMountOptions(o))` equals `o`. */
export function formatMountOptions(options: MountOptions): string[] {
  const words: string[] = [];
  if (options.bind) words.push(options.recursive ? 'rbind' : 'bind');
  words.push(...mountAttrWords(options.recursiveAttrSet, options.recursiveAttrClear, true));
  words.push(...mountAttrWords(options.attrSet, options.attrClear));
  for (const [set, , flag] of FLAG_WORDS) if (options.flags & flag) words.push(set);
  words.push(...mountFlagWords(options.propagation));
  if (options.copyUp) words.push('tmpcopyup');
  if (options.idMap !== 'no') words.push(options.idMap === 'tree' ? 'ridmap' : 'idmap');
  if (options.data !== '') words.push(...options.data.split(','));
  return words;
}

function flagsFromAttrs({ set, clear }: AttrChange): number {
  let flags = 0;
  for (const [, , attr, flag] of ATTR_WORDS) if (set & attr) flags |= flag;
  if (clear & MS.MOUNT_ATTR__ATIME) {
    flags |= ATIME_WORDS.find(([, attr]) => (set & MS.MOUNT_ATTR__ATIME) === attr)?.[2] ?? 0;
  }
  return flags;
}

/** Filled at the first use, by loops alone: a start pays for each function that it calls the first time. */
function effects(): ReadonlyMap<string, Effect> {
  if (EFFECTS.size > 0) return EFFECTS;
  for (const [set, clear, flag] of FLAG_WORDS) {
    EFFECTS.set(set, { field: 'flags', mask: flag, value: flag });
    if (clear !== '') EFFECTS.set(clear, { field: 'flags', mask: flag, value: 0 });
  }
  for (const field of ['own', 'tree'] as const) {
    const prefix = field === 'own' ? '' : 'r';
    for (const [set, clear, attr] of ATTR_WORDS) {
      EFFECTS.set(prefix + set, { field, mask: attr, value: attr });
      EFFECTS.set(prefix + clear, { field, mask: attr, value: 0 });
    }
    for (const [word, attr] of ATIME_WORDS) {
      EFFECTS.set(prefix + word, { field, mask: MS.MOUNT_ATTR__ATIME, value: attr });
    }
    EFFECTS.set(`${prefix}norelatime`, { field: 'nothing', mask: 0, value: 0 });
  }
  for (const [word, flag] of PROPAGATION_WORDS) {
    EFFECTS.set(word, { field: 'propagation', mask: 0, value: flag });
    EFFECTS.set(`r${word}`, { field: 'propagation', mask: 0, value: flag | MS.MS_REC });
  }
  for (const [word, field] of OTHER_WORDS) EFFECTS.set(word, { field, mask: 0, value: 0 });
  return EFFECTS;
}

function apply({ field, mask, value }: Effect, draft: Draft): void {
  if (field === 'own' || field === 'tree') change(draft[field], mask, value);
  else if (field === 'flags') draft.flags = (draft.flags & ~mask) | value;
  else if (field === 'propagation') draft.propagation = value;
  else if (field === 'copyUp') draft.copyUp = true;
  else if (field === 'idMap' || field === 'tree idMap') draft.idMap = field === 'idMap' ? 'mount' : 'tree';
  else if (field !== 'nothing') {
    draft.bind = true;
    if (field === 'recursive bind') draft.recursive = true;
  }
}

function change(attrs: AttrChange, mask: number, value: number): void {
  attrs.set = (attrs.set & ~mask) | value;
  attrs.clear = mask === MS.MOUNT_ATTR__ATIME || value === 0 ? attrs.clear | mask : attrs.clear & ~mask;
}
