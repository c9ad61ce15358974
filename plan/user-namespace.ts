import { O_WRONLY } from '../abi/flags/open.ts';
import type { IdMapping, Linux } from '../spec/runtime.ts';
import { isBornInUserNamespace } from './namespaces.ts';
import type { Op, Stage } from './ops.ts';
import type { LaunchRequest } from './request.ts';
import { NONE, SLOT } from './slots.ts';
import type { HostFacts } from './facts.ts';
import { specError } from './spec-error.ts';

/** Host stage, behind the clone: user_namespaces(7), "Defining user and group ID mappings". */
export function mapIds({ spec, facts, namespaces, because }: LaunchRequest): Op[] {
  if (!namespaces.created.has('user')) return [];
  const { uidMappings = [], gidMappings = [] } = spec.linux ?? {};
  if (uidMappings.length === 0 || gidMappings.length === 0) {
    throw specError('linux.uidMappings', 'a new user namespace needs user and group mappings');
  }
  if (needsMappers(facts, spec.linux)) {
    return [
      mapBy('newuidmap', uidMappings, because('linux.uidMappings')),
      mapBy('newgidmap', gidMappings, because('linux.gidMappings')),
    ];
  }
  const ops = [writeProc('uid_map', idMap(uidMappings), because('linux.uidMappings'))];
  if (!maySetGroups(facts, spec.linux)) {
    ops.push(
      writeProc('setgroups', 'deny', 'without CAP_SETGID the kernel takes a gid_map only when setgroups is denied'),
    );
  }
  return [...ops, writeProc('gid_map', idMap(gidMappings), because('linux.gidMappings'))];
}

const CAP_SETGID = 1n << 6n;
const CAP_SETUID = 1n << 7n;
const PR_SET_DUMPABLE = 4;

type Rights = Pick<HostFacts, 'capabilities'>;
type Maps = Pick<Linux, 'uidMappings' | 'gidMappings'>;

/** Without it, or maps made by who has it, the kernel lets no process in a user namespace of ours change its groups. */
export function maySetGroups(facts: Rights, linux: Maps = {}): boolean {
  return (facts.capabilities & CAP_SETGID) !== 0n || needsMappers(facts, linux);
}

/** Without any rights one may map oneself alone: the ids that /etc/subuid gives besides are mapped by newuidmap(1). */
function needsMappers({ capabilities }: Rights, { uidMappings = [], gidMappings = [] }: Maps = {}): boolean {
  if ((capabilities & CAP_SETUID) !== 0n) return false;
  const isRange = (maps: readonly IdMapping[]) => maps.length > 1 || maps.some(({ size }) => size > 1);
  return isRange(uidMappings) || isRange(gidMappings);
}

/** Takes the pid from stdin, which is all that a plan can tell of it. */
const MAPPER_SCRIPT = 'read -r pid && exec "$0" "$pid" "$@"';
const MAPPER_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MAPPER_SECONDS = 60;

function mapBy(program: 'newuidmap' | 'newgidmap', mappings: readonly IdMapping[], because: string): Op {
  const ranges = mappings.flatMap(({ containerID, hostID, size }) => [`${containerID}`, `${hostID}`, `${size}`]);
  return {
    op: 'hook',
    stage: 'host',
    because,
    path: '/bin/sh',
    argv: ['sh', '-c', MAPPER_SCRIPT, program, ...ranges],
    env: [MAPPER_PATH],
    beforePid: '',
    afterPid: '\n',
    timeoutS: MAPPER_SECONDS,
    output: NONE,
  };
}

/** The program that maps ids for us, where an operation is that. */
export function mapperOf({ argv }: { readonly argv: readonly string[] }): string | undefined {
  return argv[2] === MAPPER_SCRIPT ? argv[3] : undefined;
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
