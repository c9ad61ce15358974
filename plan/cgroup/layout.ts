import { LimpidError } from '../../base/error.ts';
import type { DeviceRule, Resources } from '../../spec/runtime.ts';
import type { CgroupFacts } from '../facts.ts';
import type { Because, LaunchRequest } from '../request.ts';
import { specError } from '../spec-error.ts';
import { deviceRules } from './device-rules.ts';
import type { Limit } from './limit.ts';
import { rdmaLimits, unifiedLimits } from './unified.ts';
import { v1Limits } from './v1.ts';
import { limitsOnV2, v2Limits } from './v2.ts';

/** A container's directory in one hierarchy. */
export interface CgroupDirectory {
  readonly mountPoint: string;
  readonly path: string;
  /** v2: to be enabled down to the directory. v1: what the hierarchy is mounted with. */
  readonly controllers: readonly string[];
  readonly limits: readonly Limit[];
}

/** Where a container is in the cgroup hierarchies, and what holds for it there. */
export interface CgroupLayout {
  /** `/limpid/limpid-ID`. */
  readonly name: string;
  readonly v1: readonly CgroupDirectory[];
  readonly unified?: CgroupDirectory;
  /** Undefined: every device is allowed. */
  readonly deviceRules: readonly DeviceRule[] | undefined;
  readonly deviceControl: 'v1' | 'ebpf' | undefined;
}

/** As much of a launch as its cgroup depends on. */
export interface CgroupRequest extends Pick<LaunchRequest, 'spec' | 'facts' | 'because'> {
  readonly context: Pick<LaunchRequest['context'], 'id' | 'sharedCgroup'>;
}

/** Wanted even without a limit: `stats` reads them. cpu.stat is there in every directory of the unified hierarchy. */
const V1_FOR_STATS = ['memory', 'cpuacct', 'pids', 'blkio'];
const V2_FOR_STATS = ['memory', 'pids', 'io'];

/**
 * Decides in which hierarchies a container gets a directory. Each costs about a tenth of a millisecond on v1, so
 * one that neither limits nor counts anything is left out. Throws LimpidError `ECONTROLLER` for what this host lacks.
 */
export function cgroupLayout({ spec, context, facts: { cgroup: facts }, because }: CgroupRequest): CgroupLayout {
  const resources = spec.linux?.resources ?? {};
  const name = cgroupName(spec.linux?.cgroupsPath, context.id);
  if (context.sharedCgroup?.mode === 'disabled') return withoutCgroup(name, resources, facts);
  const rules = deviceRules(resources);
  refuseSwapWithoutAccounting(resources, facts, because);
  const v1Has = (controller: string) => facts.hierarchies.some(({ controllers }) => controllers.includes(controller));
  const deviceControl =
    rules === undefined ? undefined : v1Has('devices') ? 'v1' : facts.unified ? 'ebpf' : lackOfDevices();
  const rdma = rdmaLimits(resources.rdma ?? {});
  const asked = facts.mode === 'v2' ? [] : [...v1Limits(resources, facts), ...rdma];
  const moved = new Set(asked.map(({ controller }) => controller).filter((one) => !v1Has(one) && isOnV2(facts, one)));
  const onV1 = asked.filter(({ controller }) => !moved.has(controller));
  const onV2 = [
    ...(facts.mode === 'v2' ? [...v2Limits(resources, facts), ...rdma] : []),
    ...(moved.size > 0 ? movedLimits(moved, [...limitsOnV2(resources, facts), ...rdma]) : []),
    ...unifiedLimits(resources),
  ];
  for (const limit of onV1) if (!v1Has(limit.controller)) throw lackOf(limit, because);
  for (const limit of onV2) if (!unifiedHas(facts, limit.controller)) throw lackOf(limit, because);
  const wanted = new Set([...V1_FOR_STATS, ...onV1.map(({ controller }) => controller)]);
  if (deviceControl === 'v1') wanted.add('devices');
  // Whoever calls an OCI runtime looks for its container in each of them.
  if (context.sharedCgroup !== undefined) for (const { controllers } of facts.hierarchies) wanted.add(controllers[0]!);
  // Without the unified hierarchy these two pause the container, and keep it apart from the caller's session.
  if (facts.unified === undefined) wanted.add('freezer').add('name=systemd');
  const v1 = facts.hierarchies
    .filter(({ controllers }) => controllers.some((controller) => wanted.has(controller)))
    .map((hierarchy) => directory(hierarchy, name, onV1));
  const unified = facts.unified === undefined ? undefined : unifiedDirectory(facts, name, onV2);
  return { name, v1, ...(unified ? { unified } : {}), deviceRules: rules, deviceControl };
}

const V2_NAME: Readonly<Record<string, string>> = { blkio: 'io' };

/** A hybrid host may have single controllers on v2: those that nobody mounted on v1. */
function isOnV2({ unifiedControllers }: CgroupFacts, controller: string): boolean {
  return unifiedControllers.includes(V2_NAME[controller] ?? controller);
}

function movedLimits(moved: ReadonlySet<string>, limits: readonly Limit[]): Limit[] {
  const names = new Set([...moved].map((controller) => V2_NAME[controller] ?? controller));
  return limits.filter(({ controller }) => names.has(controller));
}

/** `linux.cgroupsPath` as a clean absolute path; `/limpid/limpid-ID` where unsaid. */
export function cgroupName(path: string | undefined, id: string): string {
  if (path === undefined || path === '') return `/limpid/limpid-${id}`;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0 || names.includes('..') || path.includes('\0')) {
    throw specError('linux.cgroupsPath', `"${path}" is no path below the root of the hierarchy`);
  }
  if (path.split(':').length === 3)
    throw specError('linux.cgroupsPath', `"${path}" is for systemd, which is not asked here`);
  return `/${names.join('/')}`;
}

function withoutCgroup(name: string, resources: Resources, facts: CgroupFacts): CgroupLayout {
  const limits = facts.mode === 'v2' ? v2Limits(resources, facts) : v1Limits(resources, facts);
  const asked = [...limits, ...unifiedLimits(resources)][0];
  if (asked !== undefined) throw specError(`linux.resources.${asked.field}`, 'cannot be kept without a cgroup');
  return { name, v1: [], deviceRules: undefined, deviceControl: undefined };
}

function directory(
  { mountPoint, controllers }: { mountPoint: string; controllers: readonly string[] },
  name: string,
  limits: readonly Limit[],
): CgroupDirectory {
  const own = limits.filter(({ controller }) => controllers.includes(controller));
  return { mountPoint, path: mountPoint + name, controllers, limits: own };
}

function unifiedDirectory(facts: CgroupFacts, name: string, limits: readonly Limit[]): CgroupDirectory {
  const needed = new Set([...V2_FOR_STATS, ...limits.map(({ controller }) => controller)]);
  const controllers = facts.unifiedControllers.filter((controller) => needed.has(controller));
  return { mountPoint: facts.unified!, path: facts.unified! + name, controllers, limits };
}

function unifiedHas(facts: CgroupFacts, controller: string): boolean {
  if (facts.unified === undefined) return false;
  return controller === '' || facts.unifiedControllers.includes(controller);
}

function lackOf({ controller, field, file }: Limit, because: Because): LimpidError {
  const kernelName = controller === '' ? 'unified hierarchy' : `controller "${controller}"`;
  return new LimpidError({
    code: 'ECONTROLLER',
    doing: 'enforce',
    subject: `"${because(`linux.resources.${field}`)}"`,
    why: `the cgroup ${kernelName} is missing on this host, and with it ${file}`,
    hint: 'limpid info lists the controllers; /proc/cgroups tells which are disabled in the kernel',
  });
}

function lackOfDevices(): never {
  throw new LimpidError({
    code: 'ECONTROLLER',
    doing: 'enforce',
    subject: '"linux.resources.devices"',
    why: 'the cgroup controller "devices" is missing on this host, and there is no cgroup v2 either',
    hint: '--privileged goes without device rules',
  });
}

function refuseSwapWithoutAccounting({ memory }: Resources, facts: CgroupFacts, because: Because): void {
  if (facts.swapAccounting || memory?.swap === undefined || memory.swap <= 0) return;
  throw new LimpidError({
    code: 'ECONTROLLER',
    doing: 'enforce',
    subject: `"${because('linux.resources.memory.swap')}"`,
    why: 'the cgroup controller "memory" does not account swap on this host',
    hint: 'boot with swapaccount=1, or leave swap unlimited',
  });
}
