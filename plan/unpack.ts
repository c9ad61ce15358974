import { CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWUTS } from '../abi/flags/clone.ts';
import { MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MS_PRIVATE } from '../abi/flags/mount.ts';
import { O_CLOEXEC, O_DIRECTORY, O_PATH, openFlagsOn } from '../abi/flags/open.ts';
import { CAPABILITIES } from '../abi/capability.ts';
import type { HostFacts } from './facts.ts';
import type { Plan } from './ops.ts';
import { CALLER_SLOT, NONE, SLOT } from './slots.ts';
import { unpackFilter } from './unpack-filter.ts';

export interface UnpackRequest {
  /** Host path of the directory that becomes the jail. */
  readonly directory: string;
  readonly facts: Pick<HostFacts, 'arch'>;
}

/** Slots in which the caller hands over the two pipes. */
export const UNPACK_SLOT = { records: CALLER_SLOT.stdin, answer: CALLER_SLOT.stdout } as const;

/** The attribute that makes a directory opaque for overlayfs. */
export const OPAQUE_XATTR = 'trusted.overlay.opaque';

const PR_SET_NO_NEW_PRIVS = 38;

/** Owners, modes, devices, file capabilities and trusted.* attributes. SYS_CHROOT and SETPCAP, to get here, are gone. */
const NEEDED = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_MKNOD',
  'CAP_SETFCAP',
  'CAP_SYS_ADMIN',
] as const;

/**
 * A process whose root is the directory alone, on a mount where no device opens and nothing runs, takes records and makes
 * files of them. However an archive is made, there is no path from there to anything else.
 */
export function planUnpack({ directory, facts }: UnpackRequest): Plan {
  const because = 'an archive may name any path: there is nothing else here';
  const mask = NEEDED.reduce((sum, name) => sum | (1n << BigInt(CAPABILITIES.indexOf(name))), 0n);
  const mounting = { stage: 'child', because, at: NONE } as const;
  const flags = openFlagsOn(facts.arch, O_PATH | O_DIRECTORY | O_CLOEXEC);
  const attributes = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  const { records, answer } = UNPACK_SLOT;
  return [
    { op: 'clone', stage: 'host', because, flags: CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS, ...NO_SLOTS },
    { op: 'mount_setattr', ...mounting, path: '/', recursive: true, attrSet: 0, attrClear: 0, propagation: MS_PRIVATE },
    {
      op: 'bind',
      ...mounting,
      sourceAt: NONE,
      source: directory,
      target: directory,
      recursive: false,
      attrSet: attributes,
      attrClear: 0,
      attrRecursive: false,
      propagation: MS_PRIVATE,
      idMap: NONE,
      idMapRecursive: false,
      missingOk: false,
    },
    { op: 'open', ...mounting, slot: SLOT.root, path: directory, flags, mode: 0 },
    { op: 'pivot_root', stage: 'child', because, slot: SLOT.root },
    { op: 'bounding', stage: 'init', because, mask },
    { op: 'capset', stage: 'init', because, effective: mask, permitted: mask, inheritable: 0 },
    { op: 'prctl', stage: 'init', because, option: PR_SET_NO_NEW_PRIVS, arg2: 1, arg3: 0, arg4: 0, arg5: 0 },
    { op: 'seccomp', stage: 'init', because, flags: 0, program: unpackFilter(facts) },
    {
      op: 'unpack',
      stage: 'init',
      because: 'the layer',
      records,
      answer,
      at: SLOT.root,
      path: '.',
      opaque: OPAQUE_XATTR,
    },
  ];
}

const NO_SLOTS = { cgroup: NONE, pidfd: NONE, proc: NONE, user: NONE } as const;
