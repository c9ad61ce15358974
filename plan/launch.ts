import type { Process, RuntimeSpec } from '../spec/runtime.ts';
import { createCgroups, removeCgroups } from './cgroup/index.ts';
import { cgroupLayout } from './cgroup/layout.ts';
import type { LaunchContext, NetworkPlan } from './context.ts';
import type { HostFacts } from './facts.ts';
import { buildInside } from './inside.ts';
import { cloneMappedMounts } from './mapped-mounts.ts';
import { parseMounts } from './parse-mounts.ts';
import { enterBeforeClone, returnAfterClone } from './namespaces.ts';
import type { Plan } from './ops.ts';
import { becomeProcess, seccompFilter } from './process.ts';
import { launchRequest } from './request.ts';
import { mountOutside, umountOutside } from './rootfs.ts';
import { cloneChild, openGate, settleChild } from './settle.ts';
import { placeMemory } from './scheduling.ts';
import { closeOpenSlots } from './slots.ts';
import { specError } from './spec-error.ts';
import {
  declareSupervision,
  hostOwner,
  recordStart,
  setDeadline,
  releaseLock,
  removePaths,
  startAfterwards,
  supervise,
  writePidFile,
} from './supervision.ts';

const NO_NETWORK: NetworkPlan = { before: [], host: [], child: [], cleanup: [] };

/**
 * The whole start of a container, in order: what the monitor is to hold, the cgroups with their limits, the root
 * file system, the clone, what the host does to the child, what the child does to itself, and what is to be cleaned
 * up in the end. Throws LimpidError `ESPEC` for a spec that cannot be planned and `ECONTROLLER` for a limit that
 * this host cannot enforce.
 */
export function planLaunch(spec: RuntimeSpec, context: LaunchContext, facts: HostFacts): Plan {
  const request = launchRequest(spec, context, facts);
  const process = processOf(spec);
  const cgroups = cgroupLayout(request);
  const seccomp = seccompFilter(spec.linux?.seccomp, context.seccompProgram);
  const mounts = parseMounts(request);
  const { network = NO_NETWORK } = context;
  const settling = [
    ...settleChild(request),
    ...network.host,
    ...writePidFile(context),
    recordStart(context.supervision),
  ];
  const untilInside = [
    ...declareSupervision(context.supervision, process, hostOwner(spec), request.because),
    ...createCgroups(cgroups, request),
    ...mountOutside(request),
    ...cloneMappedMounts(mounts),
    ...network.before,
    ...enterBeforeClone(request),
    cloneChild(request, cgroups, settling),
    ...returnAfterClone(request),
    ...settling,
    ...openGate(settling),
    ...buildInside(process, request, { mounts, cgroups, gated: settling.length > 0 }, network.child),
  ];
  return [
    ...untilInside,
    ...closeOpenSlots(untilInside),
    ...placeMemory(spec.linux ?? {}, request.because),
    ...becomeProcess(process, seccomp, request.because, `_ses.${context.id}`),
    ...setDeadline(context),
    supervise(),
    ...umountOutside(request),
    ...removeCgroups(cgroups, request.namespaces.created.has('pid')),
    ...network.cleanup,
    ...removePaths(context.removeAfterwards),
    releaseLock(),
    ...startAfterwards(context.afterwards),
  ];
}

function processOf({ process }: RuntimeSpec): Process {
  if (process === undefined) throw specError('process', 'is missing');
  return process;
}
