import { printable } from '../../base/printable.ts';
import { inputIsTerminal } from '../../engine/output.ts';
import { loadImages } from '../../engine/images/load.ts';
import type { command } from '../commands/load.ts';
import type { Handler } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { pullProgress } from '../print/pull-progress.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, output } = invocation;
  if (options.input === undefined && inputIsTerminal())
    throw optionError('--input', 'an archive does not come from a terminal', 'name a file with -i, or redirect');
  const progress = pullProgress(output, { quiet: options.quiet });
  const from = options.input === undefined ? { stream: Bun.stdin.stream() } : { path: options.input };
  const policyFile = options['signature-policy'];
  const registry = policyFile === undefined ? {} : { policyFile };
  try {
    for (const { id, names } of await loadImages(worldOf(invocation), from, { progress, registry })) {
      for (const name of names.length === 0 ? [id] : names) await output.out(`Loaded image: ${printable(name)}\n`);
    }
  } finally {
    progress.end();
  }
  return 0;
};
