import { defineOptions } from '../parse/option.ts';

/** What a manifest list says of an image in it. */
export const MEMBER_OPTIONS = defineOptions({
  annotation: { type: 'array', value: 'KEY=VALUE', help: 'An annotation of the image in the list' },
  arch: { type: 'string', value: 'ARCH', help: 'The architecture that it is for' },
  features: { type: 'slice', value: 'FEATURE', help: 'What it wants of the processor' },
  os: { type: 'string', value: 'OS', help: 'The operating system that it is for' },
  'os-features': { type: 'slice', value: 'FEATURE', help: 'What it wants of the operating system' },
  'os-version': { type: 'string', value: 'VERSION', help: 'The version of the operating system' },
  variant: { type: 'string', value: 'VARIANT', help: 'The variant of the architecture, such as v7' },
});
