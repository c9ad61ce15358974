import { CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWUTS } from '../abi/flags/clone.ts';
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_PRIVATE,
  MS_RDONLY,
} from '../abi/flags/mount.ts';
import { O_CLOEXEC, O_DIRECTORY, O_PATH, openFlagsOn } from '../abi/flags/open.ts';
import { CAPABILITIES } from '../abi/capability.ts';
import type { HostFacts } from './facts.ts';
import type { Op, Plan } from './ops.ts';
import { CALLER_SLOT, NONE, SLOT } from './slots.ts';
import { unpackFilter } from './unpack-filter.ts';

export interface UnpackRequest {
  /** Host path of the directory that becomes the jail; without it the files go to the one that the caller hands over. */
  readonly directory?: string;
  /** A directory is replaced by nothing else, and nothing else by a directory. */
  readonly keepKinds?: boolean;
  readonly because?: string;
  readonly facts: Pick<HostFacts, 'arch'>;
}

/** Slots in which the caller hands over the two pipes, and the directory. */
export const UNPACK_SLOT = {
  records: CALLER_SLOT.stdin,
  answer: CALLER_SLOT.stdout,
  directory: CALLER_SLOT.stderr,
} as const;

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
 * files of them. However an archive is made, there is no path from there to anything else. A directory that is handed over
 * may be another mount namespace's, which nothing can be bound from: the root is an empty one then.
 */
export function planUnpack(request: UnpackRequest): Plan {
  const { directory, keepKinds = false, because: purpose = 'the layer', facts } = request;
  const because = 'an archive may name any path: there is nothing else here';
  const mask = NEEDED.reduce((sum, name) => sum | (1n << BigInt(CAPABILITIES.indexOf(name))), 0n);
  const mounting = { stage: 'child', because, at: NONE } as const;
  const flags = openFlagsOn(facts.arch, O_PATH | O_DIRECTORY | O_CLOEXEC);
  const { records, answer } = UNPACK_SLOT;
  return [
    { op: 'clone', stage: 'host', because, flags: CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS, ...NO_SLOTS },
    { op: 'mount_setattr', ...mounting, path: '/', recursive: true, attrSet: 0, attrClear: 0, propagation: MS_PRIVATE },
    directory === undefined ? mountEmpty(because) : bindDirectory(directory, because),
    { op: 'open', ...mounting, slot: SLOT.root, path: directory ?? EMPTY, flags, mode: 0 },
    { op: 'pivot_root', stage: 'child', because, slot: SLOT.root },
    { op: 'bounding', stage: 'init', because, mask },
    { op: 'capset', stage: 'init', because, effective: mask, permitted: mask, inheritable: 0 },
    { op: 'prctl', stage: 'init', because, option: PR_SET_NO_NEW_PRIVS, arg2: 1, arg3: 0, arg4: 0, arg5: 0 },
    { op: 'seccomp', stage: 'init', because, flags: 0, program: unpackFilter(facts) },
    {
      op: 'unpack',
      stage: 'init',
      because: purpose,
      records,
      answer,
      at: directory === undefined ? UNPACK_SLOT.directory : SLOT.root,
      path: '.',
      opaque: OPAQUE_XATTR,
      live: directory === undefined,
      keepKinds,
    },
  ];
}

/** A directory that every machine has. */
const EMPTY = '/proc';

function mountEmpty(because: string): Op {
  const [type, source, flags] = ['tmpfs', 'tmpfs', MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_RDONLY];
  return { op: 'mount', stage: 'child', because, at: NONE, target: EMPTY, type, source, flags, data: '' };
}

function bindDirectory(directory: string, because: string): Op {
  return {
    op: 'bind',
    stage: 'child',
    because,
    sourceAt: NONE,
    source: directory,
    at: NONE,
    target: directory,
    recursive: false,
    attrSet: MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
    attrClear: 0,
    attrRecursive: false,
    propagation: MS_PRIVATE,
    idMap: NONE,
    idMapRecursive: false,
    missingOk: false,
  };
}

const NO_SLOTS = { cgroup: NONE, pidfd: NONE, proc: NONE, user: NONE } as const;
