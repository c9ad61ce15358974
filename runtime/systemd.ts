import { joinedCgroups } from '../kernel/cgroup.ts';
import { sealedExecutor } from '../kernel/executor.ts';
import {
  annotatedProperties,
  limitProperties,
  systemdUnit,
  type UnitProperty,
  unitProperties,
} from '../plan/cgroup/systemd.ts';
import type { Resources, RuntimeSpec } from '../spec/runtime.ts';
import type { ContainerRecord } from './container-record.ts';
import { asRuntimeError } from './bundle.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';
import { SystemdBus } from './systemd-bus.ts';

const PATIENCE_MS = 30_000;
const SIGKILL = 9;
const NO_SUCH_UNIT = 'org.freedesktop.systemd1.NoSuchUnit';

/** A scope that is kept alive for us until a container's process is in it. */
export interface Scope {
  /** The process that keeps it. */
  readonly keeper: number;
  release(): Promise<void>;
}

/**
 * Has systemd make the transient scope of a container, with its limits. A scope without a process cannot be, and ours
 * must not be in it, as its memory would count: a small one that waits for our end is there until the container's is.
 */
export async function startScope(
  world: RuntimeWorld,
  { id, cgroupsPath }: Omit<ContainerRecord, 'mounts'>,
  { linux, annotations = {} }: RuntimeSpec,
): Promise<Scope> {
  const unit = asRuntimeError(() => systemdUnit(linux?.cgroupsPath, id));
  const isV2 = world.facts.cgroup.mode === 'v2';
  const limits = asRuntimeError(() => [
    ...limitProperties(linux?.resources ?? {}, isV2),
    ...annotatedProperties(annotations),
  ]);
  const program = `/proc/${process.pid}/fd/${sealedExecutor(await world.executor())}`;
  const keeper = Bun.spawn([program, 'hold'], { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore' });
  const release = async (): Promise<void> => {
    keeper.kill('SIGKILL');
    await keeper.exited;
  };
  try {
    const properties = [...unitProperties(unit, id, keeper.pid, isV2), ...limits];
    callManager('StartTransientUnit', [
      ['s', unit.unit],
      ['s', 'replace'],
      ['a(sv)', properties],
      ['a(sa(sv))', []],
    ]);
    await awaitScope(world, keeper.pid, cgroupsPath, unit.unit);
  } catch (error) {
    await release();
    throw error;
  }
  return { keeper: keeper.pid, release };
}

/** Tells systemd of changed limits, which it would take back at the next occasion. */
export function updateUnit(world: RuntimeWorld, unit: string, resources: Resources): void {
  const properties = limitProperties(resources, world.facts.cgroup.mode === 'v2');
  callManager('SetUnitProperties', [
    ['s', unit],
    ['b', true],
    ['a(sv)', properties],
  ]);
}

/**
 * Ends a unit and waits until systemd has forgotten it: its name is free then. A container goes also where systemd does
 * not answer, so that is no more than a warning.
 */
export async function stopUnit(world: RuntimeWorld, unit: string): Promise<void> {
  try {
    const bus = SystemdBus.open();
    try {
      await stopOn(bus, unit);
    } finally {
      bus.close();
    }
  } catch (error) {
    world.warn((error as Error).message);
  }
}

async function stopOn(bus: SystemdBus, unit: string): Promise<void> {
  const name: Arg = ['s', unit];
  // Else what is left in it would have TimeoutStopSec for its end.
  if (!callUnit(bus, 'KillUnit', [name, ['s', 'all'], ['i', SIGKILL]])) return;
  if (!callUnit(bus, 'StopUnit', [name, ['s', 'replace']])) return;
  // A slice stays for as long as others are in it.
  if (unit.endsWith('.slice')) return;
  const deadline = performance.now() + PATIENCE_MS;
  while (callUnit(bus, 'GetUnit', [name])) {
    if (performance.now() > deadline)
      throw runtimeError('ESYSTEMD', 'stop', `unit "${unit}"`, 'systemd has not done it in time');
    await Bun.sleep(2);
  }
}

/** False where there is no such unit. */
function callUnit(bus: SystemdBus, member: string, args: readonly Arg[]): boolean {
  try {
    bus.manager(member, args);
    return true;
  } catch (error) {
    const text = (error as Error).message;
    if (text.includes(NO_SUCH_UNIT)) return false;
    // There may be no process any more.
    if (member === 'KillUnit') return true;
    throw error;
  }
}

type Arg = readonly [string, string | number | boolean | readonly UnitProperty[] | readonly never[]];

function callManager(member: string, args: readonly Arg[]): void {
  const bus = SystemdBus.open();
  try {
    bus.manager(member, args);
  } finally {
    bus.close();
  }
}

/** Its job is done when the keeper has moved. */
async function awaitScope({ facts }: RuntimeWorld, pid: number, cgroupsPath: string, unit: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const { unified, v1 } = joinedCgroups(facts.cgroup, pid, cgroupsPath);
    if (unified !== undefined || v1.length > 0) return;
    await Bun.sleep(1);
  }
  const hint = `see "systemctl status ${unit}"`;
  throw runtimeError('ESYSTEMD', 'start', `unit "${unit}"`, 'systemd has not made it in time', hint);
}
