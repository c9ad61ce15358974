import type { HostView } from '../host-view.ts';

/**
 * The payload of an OpenPGP signed message that one of the keys has signed, verified by gpgv(1); `undefined`
 * where it is not. Throws where gpgv is not installed.
 */
export async function verifySignedMessage(
  host: HostView,
  message: Uint8Array,
  keyrings: readonly Uint8Array[],
): Promise<Uint8Array | undefined> {
  return host.withFiles([message, ...keyrings.map(withoutArmor)], async ([signed, ...rings]) => {
    const options = rings.flatMap((ring) => ['--keyring', ring]);
    const result = await host.run(['gpgv', '--status-fd', '2', ...options, '--output', '-', signed!], '');
    if (result === undefined) throw new Error('gpgv(1) is not installed');
    return result.code === 0 && isGood(result.err) ? result.out : undefined;
  });
}

/** One signature, good, of a key and at a time that are valid (GnuPG's doc/DETAILS). */
function isGood(status: string): boolean {
  const words = status.split('\n').flatMap((line) => (line.startsWith('[GNUPG:] ') ? [line.split(' ')[1]!] : []));
  const count = (word: string) => words.filter((found) => found === word).length;
  const bad = ['BADSIG', 'ERRSIG', 'EXPSIG', 'EXPKEYSIG', 'REVKEYSIG', 'NODATA', 'FAILURE'];
  return count('GOODSIG') === 1 && count('VALIDSIG') === 1 && !bad.some((word) => count(word) > 0);
}

/** RFC 4880, 6.2: gpgv takes keyrings in binary alone. */
function withoutArmor(keys: Uint8Array): Uint8Array {
  const text = new TextDecoder('latin1').decode(keys);
  const armored =
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]*:[^\n]*\n)*\r?\n([\s\S]*?)(?:\n=[^\n]*)?\n?-----END/g;
  const blocks = [...text.matchAll(armored)].map(([, body]) => Uint8Array.fromBase64(body!.replace(/\s/g, '')));
  return blocks.length === 0 ? keys : Buffer.concat(blocks);
}
