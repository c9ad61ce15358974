import { groupOptions } from '../parse/option.ts';

/** How a registry is spoken to. */
export const REGISTRY_OPTIONS = groupOptions('The registry', {
  authfile: { type: 'string', value: 'FILE', completion: 'file', help: 'Take credentials from this auth.json' },
  'cert-dir': { type: 'string', value: 'DIR', completion: 'directory', help: 'Take certificates from this directory' },
  creds: { type: 'string', value: 'USER[:PASSWORD]', help: 'Log in with these, instead of what files know' },
  'tls-verify': { type: 'bool', default: true, help: 'Insist on HTTPS and valid certificates' },
  'signature-policy': { type: 'string', hidden: true, value: 'FILE', help: 'Take policy.json from here' },
});

export const DECRYPTION_KEY = groupOptions('The registry', {
  'decryption-key': { type: 'slice', value: 'KEY', hidden: true, help: 'Refused: layers are not decrypted' },
});

/** Of several that one name has, which. */
export const PLATFORM_OPTIONS = groupOptions('The platform', {
  platform: { type: 'string', value: 'OS/ARCH', help: 'The platform that the image is for' },
  os: { type: 'string', value: 'OS', help: 'The operating system that the image is for' },
  arch: { type: 'string', value: 'ARCH', help: 'The architecture that the image is for' },
  variant: { type: 'string', value: 'VARIANT', help: 'The variant of the architecture, such as v7' },
});
