import { NAMESPACE_FILE } from '../abi/flags/namespace.ts';
import type { EnterTarget } from '../plan/enter.ts';
import type { CgroupFacts } from '../plan/facts.ts';
import { encodePlan } from '../plan/wire.ts';
import type { NamespaceType, Process, RuntimeSpec } from '../spec/runtime.ts';
import type { ContainerFiles } from './container-files.ts';
import type { Container, ContainerRecord } from './container-record.ts';
import { type Entered, type PlannedProcess, planProcess } from './exec.ts';
import { callerFacts, keepEncoded, type TemplateFacts, templateFacts } from './exec-template.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** What the plan of a container's first `exec` will be, computed while its `create` is at work. */
export interface FirstExec {
  /** Keeps it for the launcher, where the container has become what was expected. */
  keep(pid: number): void;
}

/** Undefined where the program has to look at each `exec` itself, or would have something to say. */
export function expectExec(
  world: RuntimeWorld,
  files: ContainerFiles,
  record: ContainerRecord,
  spec: RuntimeSpec,
  seccompProgram: Uint8Array | undefined,
): FirstExec | undefined {
  if (spec.process === undefined || world.facts.uid !== 0) return undefined;
  const target = expectedTarget(world.facts.cgroup, spec, record.cgroupsPath);
  const { terminal: _terminal, consoleSize: _size, ...base } = spec.process;
  const process: Process = { ...base, terminal: false, args: ['true'], user: base.user ?? { uid: 0, gid: 0 } };
  const planned = planQuietly(world, { ...record, files }, spec, { pid: 0, target }, process, seccompProgram);
  if (planned === undefined || planned.hasWarned || planned.plan.some(({ op }) => op === 'seccomp_listen'))
    return undefined;
  const encoded = encodePlan(planned.plan);
  const caller = callerFacts();
  return {
    keep: (pid) => {
      const facts = templateFacts(pid, caller);
      if (facts !== undefined && isAsExpected(facts, target, record.cgroupsPath))
        keepEncoded(files, facts, planned.process, encoded, { kind: 'words' });
    },
  };
}

/** What there is to say, or why it fails, is for who asks for an `exec`. */
function planQuietly(
  { facts }: RuntimeWorld,
  container: Container,
  spec: RuntimeSpec,
  entered: Entered,
  process: Process,
  seccompProgram: Uint8Array | undefined,
): PlannedProcess | undefined {
  try {
    return planProcess({ facts, warn: () => {} }, container, spec, entered, { process: () => process }, seccompProgram);
  } catch {
    return undefined;
  }
}

/** A namespace that is joined by its path is another than the caller's, or else what is kept is not for it. */
function expectedTarget(facts: CgroupFacts, { linux }: RuntimeSpec, cgroupsPath: string): EnterTarget {
  const wanted = linux?.namespaces ?? [];
  const types = Object.keys(NAMESPACE_FILE) as NamespaceType[];
  const namespaces = types.filter((type) => wanted.some((one) => one.type === type));
  if (cgroupsPath === '') return { namespaces, cgroup: { v1: [] } };
  // As /proc/PID/cgroup has them: the newest first.
  const v1 = facts.hierarchies.map(({ mountPoint }) => `${mountPoint}${cgroupsPath}`).toReversed();
  return {
    namespaces,
    cgroup: { v1, ...(facts.unified === undefined ? {} : { unified: `${facts.unified}${cgroupsPath}` }) },
  };
}

/** Its namespaces are these, and its cgroup is the one that was made for it, in every hierarchy that is mounted here. */
function isAsExpected(
  { foreign, cgroups }: TemplateFacts,
  { namespaces, cgroup }: EnterTarget,
  cgroupsPath: string,
): boolean {
  const files = namespaces.map((type) => NAMESPACE_FILE[type]);
  if (files.length !== foreign.length || files.some((file) => !foreign.includes(file))) return false;
  const own = cgroups.split('\n').filter((line) => line.endsWith(`:${cgroupsPath}`));
  return cgroupsPath === '' || own.length === cgroup.v1.length + (cgroup.unified === undefined ? 0 : 1);
}
