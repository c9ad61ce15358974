import { startContainer } from '../../engine/containers/start.ts';
import { attachContainer } from '../../engine/containers/attach.ts';
import { becomeForeground, callerTerminal } from '../../engine/foreground.ts';
import { LimpidError } from '../../base/error.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/start.ts';
import { parseDetachKeys } from '../foreground/detach-keys.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { eachReference } from '../each-reference.ts';
import { selectContainers } from '../select-containers.ts';
import { worldOf } from '../world.ts';

type StartOptions = typeof command.options;

export const handle: Handler<StartOptions> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const references = selectContainers(world, { args, options, whenAll: ({ state }) => state.process === undefined });
  if (options.attach || options.interactive) return startAttached(world, references, invocation);
  return eachReference(references, output, {}, (reference) => startContainer(world, reference));
};

async function startAttached(
  world: World,
  references: readonly string[],
  { options }: Invocation<StartOptions>,
): Promise<number> {
  if (references.length !== 1) {
    throw new LimpidError({
      code: 'EOPTION',
      doing: 'attach to',
      subject: `${references.length} containers`,
      why: 'one can be attached to at a time',
    });
  }
  const reference = references[0]!;
  const detachKeys = parseDetachKeys(options['detach-keys']);
  const size = callerTerminal();
  const started = await startContainer(world, reference, size === undefined ? {} : { size });
  const { config, fd } =
    started === undefined ? attachContainer(world, reference) : { config: started.config, fd: started.controlFd };
  return becomeForeground(world, {
    fd,
    subscribe: started === undefined,
    terminal: config.terminal,
    stdin: options.interactive && config.interactive,
    stdout: true,
    stderr: true,
    signals: options['sig-proxy'],
    detachKeys,
  });
}
