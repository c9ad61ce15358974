import { parseStream } from './k8s-file.ts';
import type { LogRecord } from './record.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Docker's json-file: `{"log":"TEXT\n","stream":"stdout","time":"…"}`; a text without an end of line goes on. */
export function parseJsonRecord(line: Uint8Array): LogRecord | undefined {
  const value = parseObject(decoder.decode(line));
  const stream = parseStream(value?.['stream']);
  const { log, time } = value ?? {};
  if (stream === undefined || typeof log !== 'string' || typeof time !== 'string') return undefined;
  const partial = !log.endsWith('\n');
  return { time, stream, text: encoder.encode(partial ? log : log.slice(0, -1)), partial };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
