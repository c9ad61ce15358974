import { O_WRONLY } from '../abi/flags/open.ts';
import type { IdMapping } from '../spec/runtime.ts';
import { isBornInUserNamespace } from './namespaces.ts';
import type { Op, Stage } from './ops.ts';
import type { LaunchRequest } from './request.ts';
import { SLOT } from './slots.ts';
import type { HostFacts } from './facts.ts';
import { specError } from './spec-error.ts';

/** Host stage, behind the clone: user_namespaces(7), "Defining user and group ID mappings". */
export function mapIds({ spec, facts, namespaces, because }: LaunchRequest): Op[] {
  if (!namespaces.created.has('user')) return [];
  const { uidMappings = [], gidMappings = [] } = spec.linux ?? {};
  if (uidMappings.length === 0 || gidMappings.length === 0) {
    throw specError('linux.uidMappings', 'a new user namespace needs user and group mappings');
  }
  const ops = [writeProc('uid_map', idMap(uidMappings), because('linux.uidMappings'))];
  if (!maySetGroups(facts)) {
    ops.push(
      writeProc('setgroups', 'deny', 'without CAP_SETGID the kernel takes a gid_map only when setgroups is denied'),
    );
  }
  return [...ops, writeProc('gid_map', idMap(gidMappings), because('linux.gidMappings'))];
}

const CAP_SETGID = 1n << 6n;
const PR_SET_DUMPABLE = 4;

/** Without it the kernel lets no process in a user namespace of ours change its groups. */
export function maySetGroups({ capabilities }: Pick<HostFacts, 'capabilities'>): boolean {
  return (capabilities & CAP_SETGID) !== 0n;
}

/** Host stage, before the clone: /proc/PID/uid_map of who may not be looked into is root's alone (proc(5)). */
export function openToMapping(request: LaunchRequest): Op[] {
  return mapsAsUser(request) ? [setDumpable('host', 1, 'the maps are written by who is not root')] : [];
}

/** Child stage, behind the maps. */
export function closeToOthers(request: LaunchRequest): Op[] {
  return mapsAsUser(request) ? [setDumpable('child', 0, 'nobody inside may look into what sets it up')] : [];
}

function mapsAsUser({ facts, namespaces }: LaunchRequest): boolean {
  return facts.uid !== 0 && namespaces.created.has('user');
}

function setDumpable(stage: Stage, arg2: number, because: string): Op {
  return { op: 'prctl', stage, because, option: PR_SET_DUMPABLE, arg2, arg3: 0, arg4: 0, arg5: 0 };
}

/** What an id inside is on the host; 0 where it is not mapped. */
export function outsideId(id: number, mappings: readonly IdMapping[]): number {
  const range = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return range === undefined ? 0 : range.hostID + id - range.containerID;
}

/** Child stage, once the maps are there. */
export function becomeMappedRoot({ namespaces }: LaunchRequest): Op[] {
  return isBornInUserNamespace(namespaces) ? becomeRoot('child') : [];
}

/** In a user namespace that was just entered a process is nobody, with every capability. */
export function becomeRoot(stage: Stage): Op[] {
  const because = 'what it makes belongs to root inside';
  return [
    { op: 'setresgid', stage, because, gid: 0 },
    { op: 'setresuid', stage, because, uid: 0 },
  ];
}

function writeProc(path: string, data: string, because: string): Op {
  return {
    op: 'write',
    stage: 'host',
    because,
    at: SLOT.proc,
    path,
    flags: O_WRONLY,
    data: new TextEncoder().encode(data),
  };
}

/** The text of /proc/PID/uid_map. */
export function idMap(mappings: readonly IdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');
}
