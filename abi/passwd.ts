/** One valid line of /etc/passwd. */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute, or `/` where the file says nothing usable. */
  readonly home: string;
  readonly shell: string;
}

/** One valid line of /etc/group. */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The largest id that users may ask for: container engines agree on 2^31-1, though Linux has 2^32-2. */
export const MAX_ID = 0x7fffffff;

/**
 * A decimal user or group id within 0..2^31-1, or undefined. Signs, blanks, hexadecimal and empty text are no ids.
 */
export function parseId(text: string): number | undefined {
  if (text === '' || text.length > 16) return undefined;
  let id = 0;
  for (const character of text) {
    const digit = '0123456789'.indexOf(character);
    if (digit < 0) return undefined;
    id = id * 10 + digit;
  }
  return id <= MAX_ID ? id : undefined;
}

/**
 * The valid lines of /etc/passwd text, in order. The text comes from an image and is not trusted: a line with a
 * missing field, an id that is none, or a NIS sign before its name is no entry, where C libraries would read 0.
 */
export function passwdEntries(text: string): PasswdEntry[] {
  const entries: PasswdEntry[] = [];
  for (const fields of entryLines(text)) {
    if (fields.length < 4) continue;
    const uid = parseId(fields[2]!);
    const gid = parseId(fields[3]!);
    if (uid === undefined || gid === undefined) continue;
    entries.push({ name: fields[0]!, uid, gid, home: usableHome(fields[5]), shell: fields[6] ?? '' });
  }
  return entries;
}

/** The valid lines of /etc/group text, in order; untrusted as `passwdEntries` says. */
export function groupEntries(text: string): GroupEntry[] {
  const entries: GroupEntry[] = [];
  for (const fields of entryLines(text)) {
    if (fields.length < 3) continue;
    const gid = parseId(fields[2]!);
    if (gid === undefined) continue;
    entries.push({ name: fields[0]!, gid, members: (fields[3] ?? '').split(',').filter((member) => member !== '') });
  }
  return entries;
}

function entryLines(text: string): string[][] {
  const lines: string[][] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trim();
    start = end + 1;
    if (line === '' || '#+:-'.includes(line[0]!) || line.includes('\0')) continue;
    lines.push(line.split(':').map((field) => field.trim()));
  }
  return lines;
}

// A home such as "" or "home/x" would put a relative path in HOME.
function usableHome(field: string | undefined): string {
  return field !== undefined && field.startsWith('/') ? field : '/';
}
