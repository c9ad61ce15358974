const SUFFIX = /^(\d+(?:\.\d*)?|\.\d+)(?: ?(?:([kmgtp])(?:i?b)?|b))?$/i;
const POWERS = ['', 'k', 'm', 'g', 't', 'p'];
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/**
 * Bytes of a size as Docker and podman read them (`units.RAMInBytes`): `128m`, `1.5GiB`, `64 kb`, `10b`; every unit
 * is a power of 1024. Answers `undefined` where the text is no size, is below zero or does not fit 2^53.
 */
export function parseSize(text: string): number | undefined {
  const match = SUFFIX.exec(text);
  if (match === null) return undefined;
  const power = POWERS.indexOf((match[2] ?? '').toLowerCase());
  const bytes = Math.trunc(Number(match[1]) * 1024 ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `1.5kB`, `12MB`: four digits, powers of 1000, as `units.HumanSize`. */
export function formatDecimalSize(bytes: number): string {
  return formatScaled(bytes, 1000, DECIMAL);
}

/** `1.5KiB`, `128MiB`: four digits, powers of 1024, as `units.BytesSize`. */
export function formatBinarySize(bytes: number): string {
  return formatScaled(bytes, 1024, BINARY);
}

function formatScaled(bytes: number, base: number, units: readonly string[]): string {
  let size = bytes;
  let power = 0;
  while (size >= base && power < units.length - 1) {
    size /= base;
    power++;
  }
  return `${Number(size.toPrecision(4))}${units[power]}`;
}
