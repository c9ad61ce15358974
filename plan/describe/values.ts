const PLAIN = /^[\w@%+=:,./~^*?[\]{}!-]+$/;

/** A value as a plan line shows it: bare where that is unmistakable, else quoted as in JSON; ids cut to twelve digits. */
export function showText(text: string): string {
  const short = text.replaceAll(/(?<![0-9a-f])([0-9a-f]{12})[0-9a-f]{52}(?![0-9a-f])/g, '$1…');
  return PLAIN.test(text) ? short : JSON.stringify(short);
}

export function octal(mode: number | bigint): string {
  return `0${mode.toString(8).padStart(3, '0')}`;
}

/** Bytes as quoted text where they are printable UTF-8, else their number and an FNV-1a hash to tell them apart. */
export function showBlob(bytes: Uint8Array): string {
  const text = printable(bytes);
  return text === undefined ? `${bytes.length} bytes (fnv ${fingerprint(bytes)})` : JSON.stringify(text);
}

/** The text that the bytes are, or undefined where they are not UTF-8 or hold control characters. */
export function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /^[\P{Cc}\n\t]*$/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** 64-bit FNV-1a in hexadecimal: pure and small; it tells programs apart and promises nothing against malice. */
export function fingerprint(bytes: Uint8Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/** The major and minor number in a dev_t, as glibc's makedev(3) packs them. */
export function deviceNumbers(device: number | bigint): { readonly major: number; readonly minor: number } {
  const value = BigInt(device);
  const major = ((value >> 8n) & 0xfffn) | ((value >> 32n) & 0xfffff000n);
  const minor = (value & 0xffn) | ((value >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}

const S_IFMT = 0o170000;
const FILE_TYPES: Readonly<Record<number, NodeType>> = {
  0: 'file',
  0o010000: 'fifo',
  0o020000: 'char',
  0o060000: 'block',
  0o100000: 'file',
  0o140000: 'socket',
};

export type NodeType = 'file' | 'fifo' | 'char' | 'block' | 'socket' | 'unknown';

/** What mknod(2) makes of a mode: the type of node and its permission bits. */
export function nodeOf(mode: number): { readonly type: NodeType; readonly permissions: number } {
  return { type: FILE_TYPES[mode & S_IFMT] ?? 'unknown', permissions: mode & 0o7777 };
}
