import type { Op, Plan } from './ops.ts';
import { describeArguments } from './describe/arguments.ts';

/** Arguments longer than this do not push everyone's reasons to the right. */
const WIDEST_ALIGNED = 76;

/**
 * The plan as people read it: one line per operation, in order, with stage, operation, arguments by their kernel
 * names, and behind `#` what asked for it. Ends with a newline unless the plan is empty.
 */
export function describePlan(plan: Plan): string {
  const lines = plan.map((op) => ({ op, text: describeArguments(op) }));
  const opWidth = Math.max(...plan.map(({ op }) => op.length), 0);
  const stageWidth = Math.max(...plan.map(({ stage }) => stage.length), 0);
  const textWidth = Math.min(WIDEST_ALIGNED, Math.max(...lines.map(({ text }) => text.length), 0));
  return lines.map(({ op, text }) => `${formatLine(op, text, stageWidth, opWidth, textWidth)}\n`).join('');
}

function formatLine(op: Op, text: string, stageWidth: number, opWidth: number, textWidth: number): string {
  const reason = op.because === '' ? '' : `  # ${op.because.replaceAll('\n', ' ')}`;
  return `${op.stage.padEnd(stageWidth)}  ${op.op.padEnd(opWidth)}  ${text.padEnd(textWidth)}${reason}`.trimEnd();
}
