import { importImage } from '../../engine/images/import.ts';
import type { command } from '../commands/import.ts';
import type { Handler } from '../parse/command.ts';
import { pullProgress } from '../print/pull-progress.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const [path = '', name] = args;
  const { os, arch, variant, message, change } = options;
  const progress = pullProgress(output, { quiet: options.quiet });
  const from = path === '-' ? { stream: Bun.stdin.stream(), name: 'standard input' } : path;
  try {
    const id = await importImage(worldOf(invocation), from, {
      changes: change,
      progress,
      ...(name === undefined ? {} : { name }),
      ...(message === undefined ? {} : { message }),
      ...(os === undefined ? {} : { os }),
      ...(arch === undefined ? {} : { architecture: arch }),
      ...(variant === undefined ? {} : { variant }),
    });
    await output.out(`${id}\n`);
  } finally {
    progress.end();
  }
  return 0;
};
