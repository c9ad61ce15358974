import { engineVersion } from '../../../engine/version.ts';
import { runtimeFeatures } from '../../../runtime/features.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Print what this runtime can as JSON',
  usage: '',
  options: {},
  args: { min: 0, max: 0 },
  run: async ({ output }) => {
    await output.out(`${JSON.stringify(runtimeFeatures(engineVersion().version), null, 2)}\n`);
    return 0;
  },
});
