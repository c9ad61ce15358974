import type { MemberWords } from '../engine/images/manifest-change.ts';
import { optionError } from './parse/option-error.ts';

export interface MemberOptionValues {
  readonly annotation: readonly string[];
  readonly arch?: string | undefined;
  readonly features: readonly string[];
  readonly os?: string | undefined;
  readonly 'os-features': readonly string[];
  readonly 'os-version'?: string | undefined;
  readonly variant?: string | undefined;
}

/** What a manifest list is to say of an image, as the options have it. Throws EOPTION. */
export function memberWords(options: MemberOptionValues): MemberWords {
  const { arch, os, variant, features, 'os-features': osFeatures, 'os-version': osVersion } = options;
  return {
    features,
    osFeatures,
    annotations: Object.fromEntries(options.annotation.map(annotation)),
    ...(arch === undefined ? {} : { architecture: arch }),
    ...(os === undefined ? {} : { os }),
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion === undefined ? {} : { osVersion }),
  };
}

function annotation(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw optionError(`--annotation ${JSON.stringify(text)}`, 'KEY=VALUE is wanted');
  return [text.slice(0, equals), text.slice(equals + 1)];
}
