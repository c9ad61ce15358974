import { takeTrace, tracePhase } from '../../base/trace.ts';
import { runContainer } from '../../engine/containers/run.ts';
import { becomeForeground, callerTerminal } from '../../engine/foreground.ts';
import type { command } from '../commands/run.ts';
import { needsImages } from '../../engine/container-config.ts';
import { newConfig } from '../create-options/new-config.ts';
import { isRepeatable } from '../create-options/repeatable.ts';
import { parseDetachKeys } from '../foreground/detach-keys.ts';
import { chosenStreams } from '../foreground/streams.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  const world = worldOf(invocation);
  tracePhase('command line parsed');
  let config = newConfig(world, invocation);
  tracePhase('config computed');
  const detachKeys = parseDetachKeys(options['detach-keys']);
  const streams = chosenStreams(options.attach, config.interactive);
  if (options['volumes-from'].length > 0) {
    const { withVolumesFrom } = await import('../../engine/containers/volumes-from.ts');
    config = withVolumesFrom(world, config, options['volumes-from']);
  }
  if (needsImages(config)) {
    const { adoptForCommand } = await import('../create-options/adopt-image.ts');
    config = await adoptForCommand(world, config, invocation);
  }
  if (options.show !== undefined) {
    const { showLaunch } = await import('../show.ts');
    return showLaunch(world, config, options.show, output);
  }
  const size = config.terminal ? callerTerminal() : undefined;
  const started = await runContainer(world, config, { replace: options.replace, ...(size && { size }) });
  const { controlFd, trace } = started;
  if (trace !== '') await output.err(takeTrace() + trace);
  const foreground = options.detach ? undefined : { ...streams, signals: options['sig-proxy'], detachKeys };
  if (isRepeatable(invocation.typed, started.config)) {
    const { keepRun } = await import('../../engine/kept/keep-run.ts');
    keepRun(world, { words: invocation.words, args: invocation.args, started, foreground });
  }
  if (foreground === undefined) {
    await output.out(`${config.id}\n`);
    return 0;
  }
  const { terminal } = config;
  return becomeForeground(world, {
    fd: controlFd,
    subscribe: false,
    terminal,
    ...foreground,
  });
};
