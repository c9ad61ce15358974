import type { Hook, RuntimeSpec } from '../spec/runtime.ts';
import type { Op, Stage } from './ops.ts';
import type { Because } from './request.ts';
import { CALLER_SLOT, NONE } from './slots.ts';

/** The state that hooks read, as JSON around the place of the pid, which no plan knows. */
export interface HookState {
  readonly beforePid: string;
  readonly afterPid: string;
}

/** The child has made its mounts; the host has run its hooks. */
const MOUNTED = 1;
const HOOKED = 2;

/** Host stage: runtime-spec, config.md, prestart and createRuntime hooks: behind the mounts, before pivot_root. */
export function hooksInHost(spec: RuntimeSpec, state: HookState, because: Because): Op[] {
  const { prestart = [], createRuntime = [] } = spec.hooks ?? {};
  const ops = [
    ...hookOps('host', 'prestart', prestart, spec, state, because),
    ...hookOps('host', 'createRuntime', createRuntime, spec, state, because),
  ];
  if (ops.length === 0) return [];
  return [
    { op: 'await', stage: 'host', because: 'hooks find all mounts made', gate: MOUNTED },
    ...ops,
    { op: 'release', stage: 'host', because: 'the hooks have run', gate: HOOKED },
  ];
}

/** Child stage, before pivot_root: the meeting with the host's hooks, and createContainer hooks. */
export function hooksInside(spec: RuntimeSpec, state: HookState, because: Because): Op[] {
  const { prestart = [], createRuntime = [], createContainer = [] } = spec.hooks ?? {};
  const meeting: Op[] = [
    { op: 'release', stage: 'child', because: 'hooks find all mounts made', gate: MOUNTED },
    { op: 'await', stage: 'child', because: 'until the hooks have run', gate: HOOKED },
  ];
  return [
    ...(prestart.length + createRuntime.length > 0 ? meeting : []),
    ...hookOps('child', 'createContainer', createContainer, spec, state, because),
  ];
}

/** Init stage, behind the start gate. */
export function startHooks(spec: RuntimeSpec, state: HookState, because: Because): Op[] {
  return hookOps('init', 'startContainer', spec.hooks?.startContainer ?? [], spec, state, because);
}

function hookOps(
  stage: Stage,
  name: string,
  hooks: readonly Hook[],
  { process }: RuntimeSpec,
  { beforePid, afterPid }: HookState,
  because: Because,
): Op[] {
  // With a terminal the caller's streams are not the container's, and what a hook says would mix with them.
  const output = process?.terminal ? NONE : CALLER_SLOT.stderr;
  return hooks.map(({ path, args = [path], env = [], timeout = 0 }, index) => ({
    op: 'hook',
    stage,
    because: because(`hooks.${name}[${index}]`),
    path,
    argv: args.length === 0 ? [path] : args,
    env,
    beforePid,
    afterPid,
    timeoutS: timeout,
    output,
  }));
}
