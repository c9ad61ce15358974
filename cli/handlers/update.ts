import { callerOf } from '../../engine/caller.ts';
import { updateContainer } from '../../engine/containers/update.ts';
import type { command } from '../commands/update.ts';
import { translateLimits } from '../create-options/limits.ts';
import { CREATE_OPTIONS } from '../create-options/options.ts';
import { CreateRequest } from '../create-options/request.ts';
import { eachReference } from '../each-reference.ts';
import { latestName } from '../latest.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { parseOptions } from '../parse/parse-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const request = asRequest(invocation);
  const resources = translateLimits(request);
  if (options['pids-limit'] < 0) resources.pids = { limit: -1 };
  if (Object.keys(resources).length === 0) throw optionError('update', 'no limit is named', 'such as --memory 256m');
  const update = { resources, because: request.reasons };
  const references = options.latest ? [latestName(world)] : args;
  return eachReference(references, output, {}, (reference) => updateContainer(world, reference, update));
};

/** As if a container was made with these limits and nothing else. */
function asRequest({ options, typed }: Invocation<typeof command.options>): CreateRequest {
  const { options: defaults } = parseOptions(CREATE_OPTIONS, [], {
    command: 'limpid update',
    stopAtFirstArgument: false,
  });
  return new CreateRequest({ ...defaults, ...options }, typed, { ...callerOf(), id: '', defaultName: '', now: '' });
}
