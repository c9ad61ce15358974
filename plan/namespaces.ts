import { concatMap } from '../base/concat-map.ts';
import { CLONE_FLAG, CLONE_INTO_CGROUP, CLONE_NEWCGROUP, CLONE_NEWTIME } from '../abi/flags/clone.ts';
import { NAMESPACE_FILE } from '../abi/flags/namespace.ts';
import { O_CLOEXEC, O_RDONLY, O_WRONLY } from '../abi/flags/open.ts';
import type { NamespaceType } from '../spec/runtime.ts';
import type { Op, Stage } from './ops.ts';
import type { LaunchRequest } from './request.ts';
import { specError } from './spec-error.ts';
import { joinedSlot, NONE, ownSlot } from './slots.ts';

/** Which namespaces a container makes, which it joins; a type in neither is the host's. */
export interface NamespaceSplit {
  readonly created: ReadonlySet<NamespaceType>;
  readonly joined: ReadonlyMap<NamespaceType, string>;
}

/** Sorts the spec's namespaces. Throws LimpidError `ESPEC` where the combination cannot be made. */
export function splitNamespaces(
  list: readonly { readonly type: NamespaceType; readonly path?: string }[],
): NamespaceSplit {
  const created = new Set<NamespaceType>();
  const joined = new Map<NamespaceType, string>();
  for (const { type, path } of list) {
    if (created.has(type) || joined.has(type)) throw specError('linux.namespaces', `"${type}" is listed twice`);
    if (path === undefined || path === '') created.add(type);
    else joined.set(type, path);
  }
  if (!created.has('mount') && !joined.has('mount')) {
    throw specError('linux.namespaces', 'a container needs a mount namespace of its own, or one to join');
  }
  if (created.has('user') && joined.has('mount')) {
    throw specError('linux.namespaces', 'a new user namespace has no power over the mount namespace that is joined');
  }
  return { created, joined };
}

/**
 * Whether the child starts with no rights over the host: in a new user namespace, or in one that it joins. The latter
 * comes first, as its new namespaces are to belong to it; only a joined mount namespace is entered with the host's rights.
 */
export function isBornInUserNamespace({ created, joined }: NamespaceSplit): boolean {
  return created.has('user') || isBornInJoined({ joined });
}

function isBornInJoined({ joined }: Pick<NamespaceSplit, 'joined'>): boolean {
  return joined.has('user') && !joined.has('mount');
}

/** The slot of the user namespace that the clone happens in. */
export function birthplace(namespaces: NamespaceSplit): number {
  return isBornInJoined(namespaces) ? joinedSlot('user') : NONE;
}

const field = (type: NamespaceType): string => `linux.namespaces[${type}]`;

/** cgroup comes later, once the child is in its cgroup, and time takes effect only for children of unshare(2). */
export function cloneFlags({ created }: NamespaceSplit, intoCgroup: boolean): bigint {
  let flags = intoCgroup ? CLONE_INTO_CGROUP : 0n;
  for (const type of created) if (type !== 'cgroup' && type !== 'time') flags |= BigInt(CLONE_FLAG[type]);
  return flags;
}

/** Who asked for the namespaces that the clone makes, each reason once. */
export function cloneReason({ namespaces, because }: LaunchRequest): string {
  return [...new Set([...namespaces.created].map((type) => because(field(type))))].join('; ');
}

/**
 * Types that the executor joins itself around the clone. pid and time take effect for children only; and a child
 * that starts in a user namespace has no right any more to join what the host owns.
 */
function joinedByExecutor(namespaces: NamespaceSplit): NamespaceType[] {
  if (namespaces.joined.size === 0) return [];
  const types = [...namespaces.joined.keys()].filter((type) => type !== 'user' && type !== 'mount');
  return isBornInUserNamespace(namespaces) ? types : types.filter((type) => type === 'pid' || type === 'time');
}

/** Host stage, before the clone. */
export function enterBeforeClone(request: LaunchRequest): Op[] {
  const { namespaces } = request;
  const ops = concatMap(joinedByExecutor(namespaces), (type): Op[] => [
    openOwn(type),
    openJoined(type, request, 'host'),
    join(type, request, 'host'),
  ]);
  if (isBornInJoined(namespaces)) ops.push(openJoined('user', request, 'host'));
  if (namespaces.created.has('time')) ops.push(openOwn('time'), ...createTimeNamespace(request));
  return ops;
}

/** Host stage, behind the clone: the executor's later children are to be the host's again. */
export function returnAfterClone({ namespaces }: LaunchRequest): Op[] {
  const types = joinedByExecutor(namespaces);
  if (namespaces.created.has('time')) types.push('time');
  const because = 'the monitor and its children stay in the namespaces of the host';
  return types.map((type) => ({ op: 'setns', stage: 'host', because, slot: ownSlot(type), flags: CLONE_FLAG[type] }));
}

/** Child stage: the other joined namespaces. All are opened first, as paths of the host end with its mount namespace. */
export function joinInChild(request: LaunchRequest): Op[] {
  const { namespaces } = request;
  if (namespaces.joined.size === 0) return [];
  const byExecutor = new Set(joinedByExecutor(namespaces));
  if (isBornInJoined(namespaces)) byExecutor.add('user');
  const types = [...namespaces.joined.keys()].filter((type) => !byExecutor.has(type));
  const now = types.filter((type) => type !== 'user' && type !== 'mount');
  return [
    ...types.map((type) => openJoined(type, request, 'child')),
    ...now.map((type) => join(type, request, 'child')),
  ];
}

/** Child stage: the root of a joined mount namespace becomes the root. */
export function joinMountNamespace(request: LaunchRequest): Op[] {
  return request.namespaces.joined.has('mount') ? [join('mount', request, 'child')] : [];
}

/**
 * Beside a joined mount namespace, whose root is there already, a joined user namespace is entered last: the others
 * needed rights over the host. The gids and uids set behind it are those of the namespace.
 */
export function joinUserNamespace(request: LaunchRequest): Op[] {
  return request.namespaces.joined.has('user') && !isBornInJoined(request.namespaces)
    ? [join('user', request, 'init')]
    : [];
}

/** cgroup_namespaces(7): its root is the cgroup of the process at this moment. */
export function unshareCgroup({ namespaces, because }: LaunchRequest): Op[] {
  if (!namespaces.created.has('cgroup')) return [];
  return [{ op: 'unshare', stage: 'child', because: because(field('cgroup')), flags: CLONE_NEWCGROUP }];
}

function createTimeNamespace({ spec, because }: LaunchRequest): Op[] {
  const ops: Op[] = [{ op: 'unshare', stage: 'host', because: because(field('time')), flags: CLONE_NEWTIME }];
  const lines = Object.entries(spec.linux?.timeOffsets ?? {}).map(
    ([clock, { secs = 0, nanosecs = 0 }]) => `${clock} ${secs} ${nanosecs}\n`,
  );
  if (lines.length > 0) {
    const path = '/proc/self/timens_offsets';
    const reason = because('linux.timeOffsets');
    ops.push({
      op: 'write',
      stage: 'host',
      because: reason,
      at: NONE,
      path,
      flags: O_WRONLY,
      data: bytes(lines.join('')),
    });
  }
  return ops;
}

function join(type: NamespaceType, { because }: LaunchRequest, stage: Stage): Op {
  return { op: 'setns', stage, because: because(field(type)), slot: joinedSlot(type), flags: CLONE_FLAG[type] };
}

function openOwn(type: NamespaceType): Op {
  const because = `to return from the container's ${type} namespace`;
  const path = `/proc/self/ns/${NAMESPACE_FILE[type]}`;
  return {
    op: 'open',
    stage: 'host',
    because,
    slot: ownSlot(type),
    at: NONE,
    path,
    flags: O_RDONLY | O_CLOEXEC,
    mode: 0,
  };
}

function openJoined(type: NamespaceType, { namespaces, because }: LaunchRequest, stage: 'host' | 'child'): Op {
  const path = namespaces.joined.get(type)!;
  const flags = O_RDONLY | O_CLOEXEC;
  return { op: 'open', stage, because: because(field(type)), slot: joinedSlot(type), at: NONE, path, flags, mode: 0 };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
