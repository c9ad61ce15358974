import { explainGateAnswer, startContainer } from '../../../runtime/start.ts';
import { defineRuntimeCommand } from '../runtime-command.ts';

export const command = defineRuntimeCommand({
  synopsis: 'Start a created container',
  usage: 'ID',
  options: {},
  args: { min: 1, max: 1 },
  run: async ({ world, args: [id = ''] }) => {
    // The launcher has opened the gate already, and something failed behind it.
    const { LIMPID_GATE_ANSWER: answer } = Bun.env;
    if (answer !== undefined) await explainGateAnswer(world, id, answer);
    await startContainer(world, id);
    return 0;
  },
});
