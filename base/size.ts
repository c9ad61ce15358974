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

/** `1.5 kB`, `12 MB`: three digits and a blank, as podman's lists of images. */
export function formatImageSize(bytes: number): string {
  return formatScaled(bytes, 1000, DECIMAL, 3, ' ');
}

function formatScaled(bytes: number, base: number, units: readonly string[], digits = 4, blank = ''): string {
  let size = bytes;
  let power = 0;
  while (size >= base && power < units.length - 1) {
    size /= base;
    power++;
  }
  return `${Number(size.toPrecision(digits))}${blank}${units[power]}`;
}
