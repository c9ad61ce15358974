/** Parsers of cgroup files: "KEY VALUE" lines, and the two forms of block I/O statistics. */

/** Flat-keyed files such as cpu.stat, memory.stat, memory.events, memory.oom_control. */
export function parseFlatKeyed(text: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) values[line.slice(0, space)] = Number(line.slice(space + 1));
  }
  return values;
}

/** A limit file: bytes, or `undefined` for `max` and for v1's number near 2^63. */
export function parseLimit(text: string): number | undefined {
  const value = text.trim();
  if (value === '' || value === 'max' || value === '-1') return undefined;
  const number = Number(value);
  return number >= 2 ** 62 ? undefined : number;
}

export interface IoBytes {
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** v2's io.stat: `8:0 rbytes=1 wbytes=2 …`, summed over devices. */
export function parseIoStat(text: string): IoBytes {
  return { readBytes: sumOf(text, /\brbytes=(\d+)/g), writeBytes: sumOf(text, /\bwbytes=(\d+)/g) };
}

/** v1's blkio.throttle.io_service_bytes_recursive: `8:0 Read 1`, summed over devices. */
export function parseBlkioBytes(text: string): IoBytes {
  return { readBytes: sumOf(text, /^\d+:\d+ Read (\d+)/gm), writeBytes: sumOf(text, /^\d+:\d+ Write (\d+)/gm) };
}

function sumOf(text: string, pattern: RegExp): number {
  let sum = 0;
  for (const match of text.matchAll(pattern)) sum += Number(match[1]);
  return sum;
}
