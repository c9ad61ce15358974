import { parseLoginTarget } from '../../engine/registries/login-target.ts';
import { defaultRegistry, logOut, logOutEverywhere } from '../../engine/registries/login.ts';
import type { command } from '../commands/logout.ts';
import { optionError } from '../parse/option-error.ts';
import type { Handler } from '../parse/command.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { args, options, typed, output } = invocation;
  const registry = await registryOptions(options, typed);
  const world = worldOf(invocation);
  if (options.all) {
    if (args.length > 0) throw optionError('--all', 'it excludes a registry');
    await logOutEverywhere(world, registry);
    await output.out('Removed login credentials for all registries\n');
    return 0;
  }
  const target = parseLoginTarget(args[0] ?? (await defaultRegistry(registry)));
  await logOut(world, target, registry);
  await output.out(`Removed login credentials for ${target.key}\n`);
  return 0;
};
