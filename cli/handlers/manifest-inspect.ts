import { printableJson } from '../../base/printable.ts';
import { inspectManifest } from '../../engine/images/manifest-inspect.ts';
import type { command } from '../commands/manifest-inspect.ts';
import type { Handler } from '../parse/command.ts';
import { registryOptions } from '../registry-options.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, typed, args, output } = invocation;
  const document = await inspectManifest(worldOf(invocation), args[0]!, await registryOptions(options, typed));
  await output.out(`${printableJson(JSON.stringify(document, null, 4))}\n`);
  return 0;
};
