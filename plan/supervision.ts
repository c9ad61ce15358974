import { O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY } from '../abi/flags/open.ts';
import type { Process, RuntimeSpec } from '../spec/runtime.ts';
import type { LaunchContext, Supervision } from './context.ts';
import { outsideId } from './user-namespace.ts';
import type { Op } from './ops.ts';
import type { Because } from './request.ts';
import { NONE, SLOT } from './slots.ts';

/** The host's ids of the container's user, for what the executor makes on its behalf. */
export function hostOwner({ process, linux }: RuntimeSpec): Owner {
  const { uid = 0, gid = 0 } = process?.user ?? {};
  const isMapped = linux?.namespaces?.some(({ type }) => type === 'user') ?? false;
  if (!isMapped) return { uid, gid };
  return { uid: outsideId(uid, linux?.uidMappings ?? []), gid: outsideId(gid, linux?.gidMappings ?? []) };
}

export function supervise(): Op {
  return { op: 'supervise', stage: 'host', because: 'from here on the executor is the monitor' };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const MODE_OWNER = 0o600;

/** Host stage, before the clone: what the monitor holds and writes for the container. `owner` owns the pipes. */
export function declareSupervision(
  { stdin, log, socketPath, exitRecord, durable }: Supervision,
  process: Process,
  owner: Owner,
  because: Because,
): Op[] {
  return [
    declareStdio(stdin, process, owner, because),
    { op: 'log', stage: 'host', because: because('log', '--log-driver'), ...log },
    {
      op: 'listen',
      stage: 'host',
      because: 'attach, stop and exec reach the monitor here',
      path: socketPath,
      mode: MODE_OWNER,
    },
    {
      op: 'record_exit',
      stage: 'host',
      because: 'how it ended outlives the monitor',
      at: NONE,
      path: exitRecord,
      sync: durable,
    },
  ];
}

/** Host stage, behind the clone and before the gate opens: from then on a killed `limpid` leaves a container that is known. */
export function recordStart({ startRecord, startPrefix }: Supervision): Op {
  const because = 'ps knows the process by pid and start time, in this boot';
  return { op: 'record_start', stage: 'host', because, at: NONE, path: startRecord, prefix: startPrefix };
}

/** Host stage, before the clone: pipes for the child, or the promise of a terminal. */
export function declareStdio(
  stdin: boolean,
  { terminal = false, consoleSize }: Process,
  { uid, gid }: Owner,
  because: Because,
): Op {
  const { height: rows = 0, width: columns = 0 } = consoleSize ?? {};
  const reason = because('process.terminal', terminal ? 'process.terminal' : 'plain pipes');
  return { op: 'stdio', stage: 'host', because: reason, stdin, terminal, rows, columns, uid, gid };
}

/** Child stage: opened below the container's root, so that it is a terminal of the container's own devpts. */
export function openTerminal({ terminal, user }: Process, bindConsole: boolean, because: Because): Op[] {
  if (!terminal) return [];
  const reason = because('process.terminal');
  return [
    {
      op: 'terminal',
      stage: bindConsole ? 'child' : 'init',
      because: reason,
      at: SLOT.root,
      bindConsole,
      uid: user?.uid ?? 0,
    },
  ];
}

/** Host stage, last before the monitor: the time that the container has. */
export function setDeadline({ deadlineS, because }: Pick<LaunchContext, 'deadlineS' | 'because'>): Op[] {
  if (deadlineS === 0) return [];
  return [{ op: 'deadline', stage: 'host', because: because['timeout'] ?? '--timeout', seconds: deadlineS }];
}

/** Host stage, behind the clone. */
export function writePidFile({ pidFile }: Pick<LaunchContext, 'pidFile'>): Op[] {
  if (pidFile === undefined) return [];
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  return [{ op: 'write_pid', stage: 'host', because: '--pidfile', at: NONE, path: pidFile, flags }];
}

/** Clean-up stage, last: what is started here finds everything gone, and the record free. */
export function startAfterwards(command: LaunchContext['afterwards']): Op[] {
  if (command === undefined) return [];
  const because = 'limpid decides what comes after the end';
  return [{ op: 'spawn', stage: 'cleanup', because, path: command.path, argv: command.argv, env: [] }];
}

/** Clean-up stage: as it is named here, the monitor keeps it until then. */
export function releaseLock(): Op {
  return { op: 'close', stage: 'cleanup', because: 'the record is free for the next command', slot: SLOT.lock };
}

export function removePaths(paths: readonly string[]): Op[] {
  return paths.map((path) => ({
    op: 'remove',
    stage: 'cleanup',
    because: 'it goes with the container',
    at: NONE,
    path,
  }));
}
