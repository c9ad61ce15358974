import { takeTrace } from '../../base/trace.ts';
import { execInContainer, prepareExec, type ExecRequest } from '../../engine/containers/exec.ts';
import { requireRunning } from '../../engine/containers/kill.ts';
import { callerOf } from '../../engine/caller.ts';
import { becomeForeground, callerTerminal } from '../../engine/foreground.ts';
import { findRecord } from '../../engine/records/read.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/exec.ts';
import { readEnvironment } from '../create-options/environment.ts';
import { parseDetachKeys } from '../foreground/detach-keys.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { latestName } from '../latest.ts';
import { worldOf } from '../world.ts';

type ExecOptions = typeof command.options;

export const handle: Handler<ExecOptions> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const [container = '', ...words] = options.latest ? [latestName(world), ...args] : args;
  const request = requestOf(invocation, words);
  if (options.show !== undefined) return show(world, container, request, invocation);
  const detachKeys = parseDetachKeys(options['detach-keys']);
  const session = await execInContainer(world, container, request);
  const { controlFd, trace } = session;
  if (trace !== '') await output.err(takeTrace() + trace);
  const streams = { stdin: options.interactive, stdout: true, stderr: true, signals: true, detachKeys };
  if (isRepeatable(invocation)) {
    const { keepExec } = await import('../../engine/kept/keep-exec.ts');
    const foreground = options.detach ? undefined : streams;
    await keepExec(world, { words: invocation.words, args: invocation.args, session, foreground });
  }
  if (options.detach) return 0;
  return becomeForeground(world, {
    fd: controlFd,
    subscribe: false,
    terminal: options.tty,
    ...streams,
  });
};

/** Whether the words say all that they mean: a terminal has a size, a variable without a value is this environment's. */
function isRepeatable({ options }: Invocation<ExecOptions>): boolean {
  const { tty, latest, env, 'env-file': files } = options;
  return !tty && !latest && files.length === 0 && env.every((word) => word.includes('='));
}

function requestOf({ options }: Invocation<ExecOptions>, command: readonly string[]): ExecRequest {
  const size = options.tty ? callerTerminal() : undefined;
  return {
    command,
    env: Object.fromEntries(readEnvironment(options, callerOf())),
    terminal: options.tty,
    interactive: options.interactive,
    privileged: options.privileged,
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.workdir === undefined ? {} : { workdir: options.workdir }),
    ...(size === undefined ? {} : { size }),
  };
}

async function show(
  world: World,
  container: string,
  request: ExecRequest,
  { options, output }: Invocation<ExecOptions>,
): Promise<number> {
  const { showJson, showPlan } = await import('../show.ts');
  const record = findRecord(world, container);
  const { process } = requireRunning(world, record, 'plan a command in');
  const { spec, plan } = await prepareExec(world, record, process.pid, request);
  const stage = options.show!;
  if (stage === 'config') return showJson(request, output);
  return stage === 'spec' ? showJson(spec.process, output) : showPlan(plan, stage, output);
}
