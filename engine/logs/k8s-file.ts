import type { LogRecord, LogStream } from './record.ts';

const SPACE = 0x20;
const FULL = 0x46; // F
const PARTIAL = 0x50; // P
const decoder = new TextDecoder();

/** Kubernetes' CRI log format: `TIME STREAM F|P TEXT`. Only the head is text to us; the rest stays bytes. */
export function parseK8sRecord(line: Uint8Array): LogRecord | undefined {
  const timeEnd = line.indexOf(SPACE);
  const streamEnd = line.indexOf(SPACE, timeEnd + 1);
  const tag = line[streamEnd + 1];
  if (timeEnd < 1 || streamEnd < 0 || line[streamEnd + 2] !== SPACE || (tag !== FULL && tag !== PARTIAL))
    return undefined;
  const stream = parseStream(decoder.decode(line.subarray(timeEnd + 1, streamEnd)));
  if (stream === undefined) return undefined;
  const time = decoder.decode(line.subarray(0, timeEnd));
  return { time, stream, text: line.subarray(streamEnd + 3), partial: tag === PARTIAL };
}

export function parseStream(word: unknown): LogStream | undefined {
  return word === 'stdout' || word === 'stderr' ? word : undefined;
}
