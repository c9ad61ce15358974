import { LimpidError } from '../../base/error.ts';
import type { command } from '../commands/image-scp.ts';
import type { Handler } from '../parse/command.ts';

export const handle: Handler<typeof command.options> = ({ args }) => {
  const image = args[0] ?? 'IMAGE';
  throw new LimpidError({
    code: 'ELEFTOUT',
    doing: 'copy',
    subject: `image "${image}" over ssh`,
    why: '"image scp" is left out',
    hint: `\`limpid save ${image} | ssh HOST limpid load\` does the same`,
  });
};
