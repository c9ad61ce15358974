import type { Platform } from '../../spec/image.ts';
import { hostArch } from '../../kernel/arch.ts';
import { normalPlatform, parsePlatform } from '../../store/images/platform.ts';

/** What images have to be for to run here. */
export function hostPlatform(): Platform {
  return hostArch === 'aarch64'
    ? { os: 'linux', architecture: 'arm64', variant: 'v8' }
    : { os: 'linux', architecture: 'amd64' };
}

export interface PlatformWishes {
  /** `OS/ARCH[/VARIANT]` */
  readonly platform?: string;
  readonly os?: string;
  readonly arch?: string;
  readonly variant?: string;
}

/** This machine's platform but for what is wished. Throws EOPTION. */
export function hostPlatformWith({ platform, os, arch, variant }: PlatformWishes): Platform {
  const host = hostPlatform();
  const whole = platform === undefined ? undefined : parsePlatform(platform);
  const asked = whole ?? { os: os ?? host.os, architecture: arch ?? host.architecture };
  const isHost = arch === undefined && whole === undefined;
  const wanted = variant ?? whole?.variant ?? (isHost ? host.variant : undefined);
  return normalPlatform({ ...asked, ...(wanted === undefined ? {} : { variant: wanted }) });
}
