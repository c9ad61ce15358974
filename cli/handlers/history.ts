import { printableJson } from '../../base/printable.ts';
import { imageHistory } from '../../engine/images/history.ts';
import type { command } from '../commands/history.ts';
import type { Handler } from '../parse/command.ts';
import { HISTORY_HEADINGS, historyJson, historyRow, printHistory } from '../print/history.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const steps = imageHistory(worldOf(invocation), args[0]!);
  const { format, human, 'no-trunc': noTrunc, quiet } = options;
  if (format === 'json') {
    await output.out(`${printableJson(JSON.stringify(steps.map(historyJson)))}\n`);
    return 0;
  }
  const rows = steps.map((step) => historyRow(step, { nowMs: Date.now(), human, noTrunc }));
  if (quiet && format === undefined) {
    await output.out(rows.map(({ ID }) => `${ID}\n`).join(''));
    return 0;
  }
  if (format === undefined) {
    await output.out(printHistory(rows));
    return 0;
  }
  const { formatRows } = await import('../template/format.ts');
  await output.out(formatRows(format, rows, { name: 'history', headings: HISTORY_HEADINGS }));
  return 0;
};
