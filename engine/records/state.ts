import { readRegularText } from '../../kernel/files.ts';
import { parseExit } from '../../kernel/frames.ts';
import { isAlive, observeAlive, type ProcessIdentity } from '../../kernel/process.ts';
import { isFrozen } from '../../kernel/freezer.ts';
import { cgroupPath } from '../cgroup-path.ts';
import type { World } from '../world.ts';
import type { ContainerRecord } from './record.ts';

export type Status = 'created' | 'running' | 'paused' | 'stopping' | 'exited';

/** What the kernel and the two small records of the monitor say, at one moment. */
export interface ContainerState {
  readonly status: Status;
  /** The container's first process, while it lives. */
  readonly process?: ProcessIdentity;
  readonly monitor?: ProcessIdentity;
  /** RFC 3339, UTC. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** 255 where nobody was left to see the exit. */
  readonly exitCode?: number;
  readonly oomKilled: boolean;
  /** Why the exit code is not known, or will not be: the monitor was killed, or the machine went down. */
  readonly error?: string;
}

const UNKNOWN_EXIT = 255;

/** The start record: boot id, time of day in ns, then who was started and who watches (docs/protocol.md). */
interface StartRecord {
  readonly bootId: string;
  /** In decimal. */
  readonly startedNs: string;
  readonly process: ProcessIdentity;
  readonly monitor: ProcessIdentity;
}

export function startPrefix(bootId: string, nowNs: bigint): string {
  return `${bootId} ${nowNs}`;
}

const START_RECORD = /^(\S+) (\d{1,20}) (\d{1,10}) (\d+) (\d{1,10}) (\d+)\n$/;

/** A damaged one is as good as none. */
function readStartRecord(path: string): StartRecord | undefined {
  const words = START_RECORD.exec(readRegularText(path) ?? '');
  if (words === null) return undefined;
  // By index: destructuring asks an iterator.
  return {
    bootId: words[1]!,
    startedNs: words[2]!,
    process: { pid: Number(words[3]), startTime: words[4]! },
    monitor: { pid: Number(words[5]), startTime: words[6]! },
  };
}

/** Asks the kernel, not a memory: a container runs if its process, pid and start time, lives. */
export function observeState(world: World, { config, paths }: ContainerRecord): ContainerState {
  const start = readStartRecord(paths.startRecord);
  if (start === undefined) return exitedState(paths.exitRecord, undefined) ?? { status: 'created', oomKilled: false };
  const startedAt = instantText(start.startedNs.slice(0, -9), start.startedNs.slice(-9));
  const thisBoot = start.bootId === world.facts.bootId;
  const alive = thisBoot ? observeAlive(start.process) : undefined;
  if (alive !== undefined) {
    const status = isFrozen(world.facts.cgroup, cgroupPath(config)) ? 'paused' : 'running';
    const state = { status, process: start.process, monitor: start.monitor, startedAt, oomKilled: false } as const;
    // Who loses its parent gets another one at once.
    return alive.parentPid === start.monitor.pid ? state : { ...state, error: unwatched(start.monitor.pid) };
  }
  const exited = exitedState(paths.exitRecord, startedAt);
  if (exited !== undefined) return exited;
  if (thisBoot && isAlive(start.monitor))
    return { status: 'stopping', monitor: start.monitor, startedAt, oomKilled: false };
  // The monitor may have written its record and left between the two looks.
  return exitedState(paths.exitRecord, startedAt) ?? unseenExit(startedAt, thisBoot, start.monitor.pid);
}

function exitedState(path: string, startedAt: string | undefined): ContainerState | undefined {
  const [text, seconds, nanoseconds] =
    /^\d{1,3} \d{1,2} [01] (\d{1,11})\.(\d{9})\n$/.exec(readRegularText(path) ?? '') ?? [];
  if (text === undefined) return undefined;
  const { code, oomKilled } = parseExit(text);
  const finishedAt = instantText(seconds!, nanoseconds!);
  return {
    status: 'exited',
    exitCode: code,
    oomKilled,
    finishedAt,
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

function unwatched(monitorPid: number): string {
  return `its monitor (pid ${monitorPid}) was killed: its output is lost, and nobody will see its exit`;
}

function unseenExit(startedAt: string, thisBoot: boolean, monitorPid: number): ContainerState {
  const error = thisBoot
    ? `its monitor (pid ${monitorPid}) was killed, so nobody saw the exit`
    : 'the machine went down while it ran, so nobody saw the exit';
  return { status: 'exited', exitCode: UNKNOWN_EXIT, oomKilled: false, startedAt, error };
}

/** Seconds since the epoch, and up to nine digits of nanoseconds, as RFC 3339. */
function instantText(seconds: string, nanoseconds: string): string {
  const fraction = nanoseconds.length === 9 ? nanoseconds : nanoseconds.padStart(9, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}
