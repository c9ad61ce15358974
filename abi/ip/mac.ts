/** Reads `02:42:0a:58:00:02` (or with dashes); `undefined` for anything else. */
export function parseMac(text: string): Uint8Array | undefined {
  if (text.length !== 17) return undefined;
  const mac = new Uint8Array(6);
  for (let index = 0; index < 6; index++) {
    const at = 3 * index;
    const [high, low, behind] = [hexDigit(text.charCodeAt(at)), hexDigit(text.charCodeAt(at + 1)), text[at + 2]];
    if (high < 0 || low < 0 || (index < 5 && behind !== ':' && behind !== '-')) return undefined;
    mac[index] = 16 * high + low;
  }
  return mac;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
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
