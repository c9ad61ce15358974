import * as MS from '../../abi/flags/mount.ts';

type Words = readonly (readonly [word: string, flag: number])[];

const FLAG_WORDS: Words = [
  ['ro', MS.MS_RDONLY],
  ['nosuid', MS.MS_NOSUID],
  ['nodev', MS.MS_NODEV],
  ['noexec', MS.MS_NOEXEC],
  ['sync', MS.MS_SYNCHRONOUS],
  ['mand', MS.MS_MANDLOCK],
  ['dirsync', MS.MS_DIRSYNC],
  ['nosymfollow', MS.MS_NOSYMFOLLOW],
  ['noatime', MS.MS_NOATIME],
  ['nodiratime', MS.MS_NODIRATIME],
  ['silent', MS.MS_SILENT],
  ['relatime', MS.MS_RELATIME],
  ['iversion', MS.MS_I_VERSION],
  ['strictatime', MS.MS_STRICTATIME],
  ['lazytime', MS.MS_LAZYTIME],
];

const ATTRIBUTE_WORDS: readonly (readonly [set: string, clear: string, flag: number])[] = [
  ['ro', 'rw', MS.MOUNT_ATTR_RDONLY],
  ['nosuid', 'suid', MS.MOUNT_ATTR_NOSUID],
  ['nodev', 'dev', MS.MOUNT_ATTR_NODEV],
  ['noexec', 'exec', MS.MOUNT_ATTR_NOEXEC],
  ['nodiratime', 'diratime', MS.MOUNT_ATTR_NODIRATIME],
  ['nosymfollow', 'symfollow', MS.MOUNT_ATTR_NOSYMFOLLOW],
];

const PROPAGATION_WORDS: Words = [
  ['shared', MS.MS_SHARED],
  ['slave', MS.MS_SLAVE],
  ['private', MS.MS_PRIVATE],
  ['unbindable', MS.MS_UNBINDABLE],
];

/** mount(8)'s words for mount(2)'s flags, without those that are operations of their own. */
export function flagWords(flags: number | bigint): readonly string[] {
  return FLAG_WORDS.filter(([, flag]) => (Number(flags) & flag) !== 0).map(([word]) => word);
}

/** mount(8)'s words for a change of attributes; what is set wins over what is cleared, as in mount_setattr(2). */
export function attributeWords(set: number | bigint, clear: number | bigint): readonly string[] {
  const words = ATTRIBUTE_WORDS.flatMap(([on, off, flag]) => {
    if ((Number(set) & flag) !== 0) return [on];
    return (Number(clear) & flag) === 0 ? [] : [off];
  });
  return [...words, ...atimeWords(Number(set), Number(clear))];
}

/** `--make-rslave` and the like, none for 0. */
export function propagationOptions(propagation: number | bigint, recursive: boolean): readonly string[] {
  const words = PROPAGATION_WORDS.filter(([, flag]) => (Number(propagation) & flag) !== 0);
  return words.map(([word]) => `--make-${recursive ? 'r' : ''}${word}`);
}

function atimeWords(set: number, clear: number): readonly string[] {
  const value = set & MS.MOUNT_ATTR__ATIME;
  if (value === MS.MOUNT_ATTR_NOATIME) return ['noatime'];
  if (value === MS.MOUNT_ATTR_STRICTATIME) return ['strictatime'];
  return (clear & MS.MOUNT_ATTR__ATIME) === 0 ? [] : ['relatime'];
}
