import {
  CLONE_VM,
  CLONE_FS,
  CLONE_FILES,
  CLONE_SIGHAND,
  CLONE_PIDFD,
  CLONE_VFORK,
  CLONE_PARENT,
  CLONE_NEWTIME,
  CLONE_NEWNS,
  CLONE_NEWCGROUP,
  CLONE_NEWUTS,
  CLONE_NEWIPC,
  CLONE_NEWUSER,
  CLONE_NEWPID,
  CLONE_NEWNET,
  CLONE_INTO_CGROUP,
} from '../../abi/flags/clone.ts';
import {
  MS_RDONLY,
  MS_NOSUID,
  MS_NODEV,
  MS_NOEXEC,
  MS_SYNCHRONOUS,
  MS_REMOUNT,
  MS_MANDLOCK,
  MS_DIRSYNC,
  MS_NOSYMFOLLOW,
  MS_NOATIME,
  MS_NODIRATIME,
  MS_BIND,
  MS_MOVE,
  MS_REC,
  MS_SILENT,
  MS_POSIXACL,
  MS_UNBINDABLE,
  MS_PRIVATE,
  MS_SLAVE,
  MS_SHARED,
  MS_RELATIME,
  MS_I_VERSION,
  MS_STRICTATIME,
  MS_LAZYTIME,
  MOUNT_ATTR_RDONLY,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR__ATIME,
  MOUNT_ATTR_RELATIME,
  MOUNT_ATTR_NOATIME,
  MOUNT_ATTR_STRICTATIME,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_IDMAP,
  MOUNT_ATTR_NOSYMFOLLOW,
  MNT_FORCE,
  MNT_DETACH,
  MNT_EXPIRE,
  UMOUNT_NOFOLLOW,
} from '../../abi/flags/mount.ts';
import {
  O_RDONLY,
  O_WRONLY,
  O_RDWR,
  O_CREAT,
  O_EXCL,
  O_NOCTTY,
  O_TRUNC,
  O_APPEND,
  O_NONBLOCK,
  O_DIRECT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_CLOEXEC,
  O_PATH,
} from '../../abi/flags/open.ts';
import { RLIMITS, RLIM_INFINITY } from '../../abi/flags/rlimit.ts';
import { ALL_CAPABILITIES, capabilityNames, unknownCapabilityBits } from '../../abi/capability.ts';

type Names = readonly (readonly [name: string, value: bigint])[];

// Named one by one: a module taken as an object makes the bundler give it a getter a name, at every start.
const MOUNT_NAMES = namesOf({
  MS_RDONLY,
  MS_NOSUID,
  MS_NODEV,
  MS_NOEXEC,
  MS_SYNCHRONOUS,
  MS_REMOUNT,
  MS_MANDLOCK,
  MS_DIRSYNC,
  MS_NOSYMFOLLOW,
  MS_NOATIME,
  MS_NODIRATIME,
  MS_BIND,
  MS_MOVE,
  MS_REC,
  MS_SILENT,
  MS_POSIXACL,
  MS_UNBINDABLE,
  MS_PRIVATE,
  MS_SLAVE,
  MS_SHARED,
  MS_RELATIME,
  MS_I_VERSION,
  MS_STRICTATIME,
  MS_LAZYTIME,
});
const UMOUNT_NAMES = namesOf({ MNT_FORCE, MNT_DETACH, MNT_EXPIRE, UMOUNT_NOFOLLOW });
const CLONE_NAMES = namesOf({
  CLONE_VM,
  CLONE_FS,
  CLONE_FILES,
  CLONE_SIGHAND,
  CLONE_PIDFD,
  CLONE_VFORK,
  CLONE_PARENT,
  CLONE_NEWTIME,
  CLONE_NEWNS,
  CLONE_NEWCGROUP,
  CLONE_NEWUTS,
  CLONE_NEWIPC,
  CLONE_NEWUSER,
  CLONE_NEWPID,
  CLONE_NEWNET,
  CLONE_INTO_CGROUP,
});
const OPEN_NAMES = namesOf({
  O_RDONLY,
  O_WRONLY,
  O_RDWR,
  O_CREAT,
  O_EXCL,
  O_NOCTTY,
  O_TRUNC,
  O_APPEND,
  O_NONBLOCK,
  O_DIRECT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_CLOEXEC,
  O_PATH,
});
const ATTR_NAMES = namesOf({
  MOUNT_ATTR_RDONLY,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_RELATIME,
  MOUNT_ATTR_NOATIME,
  MOUNT_ATTR_STRICTATIME,
  MOUNT_ATTR_NODIRATIME,
  MOUNT_ATTR_IDMAP,
  MOUNT_ATTR_NOSYMFOLLOW,
});

/** `MS_NOSUID|MS_NODEV`; `0` where no flag is set; what has no name stays hexadecimal. */
export const mountFlags = (flags: number | bigint): string => join(MOUNT_NAMES, flags);
export const umountFlags = (flags: number | bigint): string => join(UMOUNT_NAMES, flags);
export const cloneFlags = (flags: number | bigint): string => join(CLONE_NAMES, flags);

/** open(2) flags with the access mode first. O_RDONLY, which is 0, is named unless O_PATH makes it moot. */
export function openFlags(flags: number | bigint): string {
  const value = BigInt(flags);
  const moot = (value & BigInt(O_PATH)) !== 0n || (value & 3n) !== 0n;
  const named = join(OPEN_NAMES, value);
  if (moot) return named;
  return value === 0n ? 'O_RDONLY' : `O_RDONLY|${named}`;
}

/** mount_setattr(2) attributes. As a clear mask, the three access time bits are one field, `MOUNT_ATTR__ATIME`. */
export function mountAttributes(flags: number | bigint): string {
  const value = BigInt(flags);
  const atime = BigInt(MOUNT_ATTR__ATIME);
  if ((value & atime) !== atime) return join(ATTR_NAMES, value);
  return value === atime ? 'MOUNT_ATTR__ATIME' : `${join(ATTR_NAMES, value & ~atime)}|MOUNT_ATTR__ATIME`;
}

/** Capability names without their prefix, as people write them on a command line; `none`, `all`. */
export function capabilities(mask: number | bigint): string {
  const value = BigInt(mask);
  if (value === 0n) return 'none';
  if (value === ALL_CAPABILITIES) return 'all';
  const names = capabilityNames(value).map((name) => name.replace('CAP_', ''));
  const unknown = unknownCapabilityBits(value);
  return (unknown === 0n ? names : [...names, `0x${unknown.toString(16)}`]).join(',');
}

export function rlimitName(resource: number | bigint): string {
  const found = Object.entries(RLIMITS).find(([, number]) => number === Number(resource));
  return found === undefined ? `RLIMIT_${resource}` : found[0];
}

/** A soft or hard limit; RLIM_INFINITY, in the signed spelling too, is `unlimited`. */
export function rlimitValue(value: number | bigint): string {
  const limit = BigInt(value);
  return limit === RLIM_INFINITY || limit < 0n ? 'unlimited' : String(limit);
}

function namesOf(table: Readonly<Record<string, number | bigint>>): Names {
  return Object.entries(table)
    .map(([name, value]) => [name, BigInt(value)] as const)
    .filter(([, value]) => value !== 0n)
    .sort((a, b) => (a[1] < b[1] ? -1 : 1));
}

function join(names: Names, flags: number | bigint): string {
  const value = BigInt(flags);
  const set = names.filter(([, bit]) => (value & bit) === bit);
  const unknown = set.reduce((rest, [, bit]) => rest & ~bit, value);
  const words = set.map(([name]) => name);
  if (unknown !== 0n) words.push(`0x${unknown.toString(16)}`);
  return words.length === 0 ? '0' : words.join('|');
}
