import type { Platform, RegistryOptions } from '../engine/images/pull.ts';
import { hostPlatformWith } from '../engine/images/host-platform.ts';
import { optionError } from './parse/option-error.ts';

/** What a command line says about registries, as far as its command has the options. */
export interface RegistryWords {
  readonly authfile?: string | undefined;
  readonly 'cert-dir'?: string | undefined;
  readonly creds?: string | undefined;
  readonly 'tls-verify'?: boolean;
  readonly 'signature-policy'?: string | undefined;
  readonly 'decryption-key'?: readonly string[];
}

/**
 * The same as the engine takes it; what was not typed is as the machine's files say. A password that `--creds` leaves out is
 * asked for. Throws EOPTION.
 */
export async function registryOptions(words: RegistryWords, typed: object): Promise<RegistryOptions> {
  const { authfile, 'cert-dir': certDirectory, creds, 'signature-policy': policyFile } = words;
  if ((words['decryption-key'] ?? []).length > 0)
    throw optionError('--decryption-key', 'layers are not decrypted', 'decrypt the image with skopeo first');
  return {
    ...(authfile === undefined ? {} : { authFile: authfile }),
    ...(certDirectory === undefined ? {} : { certDirectory }),
    ...(creds === undefined ? {} : { credentials: await credentials(creds) }),
    ...(policyFile === undefined ? {} : { policyFile }),
    // Not typed it is not false: then registries.conf says which registries are insecure.
    ...(Object.hasOwn(typed, 'tls-verify') ? { tlsVerify: words['tls-verify'] ?? true } : {}),
  };
}

async function credentials(text: string): Promise<{ username: string; password: string }> {
  const colon = text.indexOf(':');
  const username = colon < 0 ? text : text.slice(0, colon);
  if (username === '') throw optionError('--creds', 'it names no user');
  if (colon >= 0) return { username, password: text.slice(colon + 1) };
  const { ask, canAsk } = await import('../engine/ask.ts');
  if (!canAsk())
    throw optionError('--creds', 'there is no terminal to ask for the password on', 'give it as USER:PASSWORD');
  return { username, password: await ask('Password: ', { hidden: true }) };
}

export interface PlatformWords {
  readonly platform?: string | undefined;
  readonly os?: string | undefined;
  readonly arch?: string | undefined;
  readonly variant?: string | undefined;
}

/** The platform that was asked for; `undefined` where none was. Throws EOPTION. */
export function platformOption({ platform, os, arch, variant }: PlatformWords): Platform | undefined {
  if (platform === undefined && os === undefined && arch === undefined && variant === undefined) return undefined;
  if (platform !== undefined && (os !== undefined || arch !== undefined))
    throw optionError(`--platform ${platform}`, 'it excludes --os and --arch');
  return hostPlatformWith({
    ...(platform === undefined ? {} : { platform }),
    ...(os === undefined ? {} : { os }),
    ...(arch === undefined ? {} : { arch }),
    ...(variant === undefined ? {} : { variant }),
  });
}
