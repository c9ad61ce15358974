import { LimpidError } from '../../base/error.ts';
import type { Descriptor, Platform } from '../../spec/image.ts';

/** Names that kernels and distributions have for what Go, and so images, call otherwise. */
const ARCHITECTURES: Readonly<Record<string, Pick<Platform, 'architecture' | 'variant'>>> = {
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
  i386: { architecture: '386' },
};

/** What runs where an image of the variant is missing, best first. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  arm: {
    '': ['v7', 'v6', 'v5', 'v8'],
    v8: ['v8', 'v7', 'v6', 'v5', ''],
    v7: ['v7', 'v6', 'v5', ''],
    v6: ['v6', 'v5', ''],
  },
  arm64: { '': ['', 'v8'], v8: ['v8', ''] },
  amd64: {
    '': ['', 'v1'],
    v1: ['v1', ''],
    v2: ['v2', 'v1', ''],
    v3: ['v3', 'v2', 'v1', ''],
    v4: ['v4', 'v3', 'v2', 'v1', ''],
  },
};

/** `OS/ARCH[/VARIANT]`, as images name it. Throws EOPTION. */
export function parsePlatform(text: string): Platform {
  const [os = '', arch = '', variant, ...more] = text.toLowerCase().split('/');
  if (os === '' || arch === '' || variant === '' || more.length > 0) {
    const why = 'OS/ARCH[/VARIANT] is wanted, such as linux/arm64';
    throw new LimpidError({ code: 'EOPTION', doing: 'use', subject: `platform "${text}"`, why });
  }
  return normalPlatform({ os, architecture: arch, ...(variant === undefined ? {} : { variant }) });
}

/** The same with the architecture's usual name. */
export function normalPlatform(platform: Platform): Platform {
  const known = Object.hasOwn(ARCHITECTURES, platform.architecture) ? ARCHITECTURES[platform.architecture] : undefined;
  return { ...platform, ...known };
}

/** `linux/arm64/v8` */
export function platformText({ os, architecture, variant }: Platform): string {
  return variant === undefined || variant === '' ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** Whether what is made for one platform runs on another. */
export function runsOn(made: Platform, wanted: Platform): boolean {
  const [image, host] = [normalPlatform(made), normalPlatform(wanted)];
  if (image.os !== host.os || image.architecture !== host.architecture) return false;
  return variantsFor(host).includes(image.variant ?? '');
}

/**
 * The manifest of an index for a platform: the nearest variant, and the first among equals. `undefined` where there is
 * none. Descriptors without a platform, and those of attestations (`unknown/unknown`), are never chosen.
 */
export function choosePlatform(manifests: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  const host = normalPlatform(wanted);
  for (const variant of variantsFor(host)) {
    const found = manifests.find(({ platform }) => {
      if (platform === undefined) return false;
      const { os, architecture, variant: own = '' } = normalPlatform(platform);
      return os === host.os && architecture === host.architecture && own === variant;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

function variantsFor({ architecture, variant = '' }: Platform): readonly string[] {
  const known = Object.hasOwn(VARIANTS, architecture) ? VARIANTS[architecture]! : {};
  return Object.hasOwn(known, variant) ? known[variant]! : variant === '' ? [''] : [variant, ''];
}
