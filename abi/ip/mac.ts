/** Reads `02:42:0a:58:00:02` (or with dashes); `undefined` for anything else. */
export function parseMac(text: string): Uint8Array | undefined {
  const parts = text.replaceAll('-', ':').split(':');
  if (parts.length !== 6 || parts.some((part) => !/^[0-9a-fA-F]{2}$/.test(part))) return undefined;
  return Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
}

export function formatMac(mac: Uint8Array): string {
  const words: string[] = [];
  for (const byte of mac) words.push(byte < 16 ? `0${byte.toString(16)}` : byte.toString(16));
  return words.join(':');
}

/** Whether an interface can have it: one of all ones or with the group bit is for many. */
export function isUnicastMac(mac: Uint8Array): boolean {
  return (mac[0]! & 1) === 0 && mac.some((byte) => byte !== 0);
}
