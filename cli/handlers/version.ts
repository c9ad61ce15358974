import { engineVersion } from '../../engine/version.ts';
import type { command } from '../commands/version.ts';
import type { Handler } from '../parse/command.ts';
import { printVersion } from '../print/version.ts';

export const handle: Handler<typeof command.options> = async ({ options, output }) => {
  const { version, gitCommit, bunVersion, os, arch } = engineVersion();
  const Client = {
    Version: version,
    APIVersion: version,
    GitCommit: gitCommit,
    Runtime: `Bun ${bunVersion}`,
    OsArch: `${os}/${arch}`,
    Os: os,
  };
  if (options.format === undefined) {
    await output.out(printVersion({ Client }));
    return 0;
  }
  const { formatValue } = await import('../template/format.ts');
  await output.out(formatValue(options.format, { Client }, 'version'));
  return 0;
};
