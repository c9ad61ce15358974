import { describeDuration } from '../../base/duration.ts';
import { formatImageSize } from '../../base/size.ts';
import { formatTable } from '../../base/table.ts';
import type { HistoryStep } from '../../engine/images/history.ts';

export interface HistoryStyle {
  readonly nowMs: number;
  readonly human: boolean;
  readonly noTrunc: boolean;
}

export type HistoryRow = ReturnType<typeof historyRow>;

export const HISTORY_HEADINGS: Readonly<Record<string, string>> = { CreatedBy: 'CREATED BY', CreatedSince: 'CREATED' };

const SHORT_ID = 12;
const SHORT_WORDS = 45;
const MISSING = '<missing>';

/** A step as `history --format` sees it: podman's field names. */
export function historyRow(step: HistoryStep, { nowMs, human, noTrunc }: HistoryStyle) {
  const createdMs = Date.parse(step.created ?? '') || 0;
  const words = step.created_by ?? '';
  const since = `${describeDuration(Math.max(0, nowMs - createdMs))} ago`;
  const createdAt = step.created === undefined ? '' : `${new Date(createdMs).toISOString().slice(0, 19)}Z`;
  const id = step.id?.slice(step.id.indexOf(':') + 1) ?? MISSING;
  return {
    ID: noTrunc ? id : id.slice(0, SHORT_ID),
    Created: human ? since : createdAt,
    CreatedSince: since,
    CreatedAt: createdAt,
    CreatedBy: noTrunc || words.length <= SHORT_WORDS ? words : `${words.slice(0, SHORT_WORDS - 3)}...`,
    Size: human ? formatImageSize(step.sizeBytes) : String(step.sizeBytes),
    Comment: step.comment ?? '',
    Tags: step.tags,
  };
}

/** A step as `history --format json` shows it: podman's keys. */
export function historyJson(step: HistoryStep) {
  return {
    id: step.id?.slice(step.id.indexOf(':') + 1) ?? MISSING,
    created: step.created ?? '',
    CreatedBy: step.created_by ?? '',
    size: step.sizeBytes,
    comment: step.comment ?? '',
    ...(step.tags.length === 0 ? {} : { tags: step.tags }),
    Created: step.created ?? '',
  };
}

export function printHistory(rows: readonly HistoryRow[]): string {
  const cells = rows.map((row) => [row.ID, row.Created, row.CreatedBy, row.Size, row.Comment]);
  return formatTable([['ID', 'CREATED', 'CREATED BY', 'SIZE', 'COMMENT'], ...cells]);
}
