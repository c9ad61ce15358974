import { LimpidError } from '../../base/error.ts';
import type { ContainerConfig } from '../config.ts';
import type { ImageDefaults } from './inputs.ts';

export const INIT_PATH = '/run/limpid-init';

/**
 * The words to execute, merged as Docker does: an entrypoint of one's own also discards the image's command.
 * Throws `ENOCOMMAND` where nothing is left.
 */
export function commandLine(
  config: Pick<ContainerConfig, 'entrypoint' | 'command' | 'init' | 'image'>,
  image: ImageDefaults,
): string[] {
  const entrypoint = withoutEmpty(config.entrypoint ?? image.entrypoint ?? []);
  const inherited = config.entrypoint === undefined ? (image.command ?? []) : [];
  const words = [...entrypoint, ...(config.command.length > 0 ? config.command : inherited)];
  if (words.length === 0) {
    throw new LimpidError({
      code: 'ENOCOMMAND',
      doing: 'run',
      subject: `"${config.image}"`,
      why: 'no command or entrypoint was given, and the image has none',
      hint: 'write the command behind the image',
    });
  }
  return config.init ? [INIT_PATH, '--', ...words] : words;
}

// `--entrypoint ""` means none.
function withoutEmpty(words: readonly string[]): readonly string[] {
  return words.length === 1 && words[0] === '' ? [] : words;
}
