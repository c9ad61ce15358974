import type { Op } from './ops.ts';
import { NONE } from './slots.ts';

/** What mount(2) takes: a page with its NUL. */
const DATA_MAX = 4095;
/** What fsconfig(2) takes as a value, with its NUL. */
const VALUE_MAX = 256;

export interface Overlay {
  /** Topmost first. */
  readonly lower: readonly string[];
  /** Without them nobody writes to the mount. */
  readonly upper?: string;
  readonly work?: string;
  readonly volatile?: boolean;
}

export interface OverlayMount {
  readonly target: string;
  /** MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC. */
  readonly flags: number;
  readonly because: string;
  readonly facts: { readonly kernelRelease: string };
}

/** Host stage. Stacks whose names do not fit mount(2) are told layer by layer, or by descriptors before Linux 6.5. */
export function mountOverlay(overlay: Overlay, { target, flags, because, facts }: OverlayMount): Op {
  const data = overlayData(overlay);
  if (fits(data, DATA_MAX)) {
    const [type, source] = ['overlay', 'overlay'];
    return { op: 'mount', stage: 'host', because, at: NONE, target, type, source, flags, data };
  }
  const { lower } = overlay;
  const options = writableOptions(overlay);
  const appends =
    addsLowerOnes(facts.kernelRelease) && [...lower, ...options].every((text) => fits(text, VALUE_MAX - 1));
  return { op: 'overlay', stage: 'host', because, target, lower, options, flags, byDescriptor: !appends };
}

/** overlayfs' options: a comma ends one, a colon a lower directory; both are taken literally behind a backslash. */
export function overlayData(overlay: Overlay): string {
  const lower = overlay.lower.map((path) => escapeComma(escapeBackslash(path)).replaceAll(':', '\\:'));
  return [`lowerdir=${lower.join(':')}`, ...writableOptions(overlay).map(escapeComma)].join(',');
}

/** As fsconfig(2) takes them: no comma ends one. */
function writableOptions({ upper, work, volatile }: Overlay): string[] {
  if (upper === undefined || work === undefined) return [];
  const options = [`upperdir=${escapeBackslash(upper)}`, `workdir=${escapeBackslash(work)}`];
  return volatile ? [...options, 'volatile'] : options;
}

function escapeBackslash(path: string): string {
  return path.replaceAll('\\', '\\\\');
}

function escapeComma(text: string): string {
  return text.replaceAll(',', '\\,');
}

/** In bytes. A character has three at most; what may be too long is counted. */
function fits(text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || new TextEncoder().encode(text).length <= bytes;
}

/** `lowerdir+` came with Linux 6.5. */
function addsLowerOnes(release: string): boolean {
  const [major, minor] = release.split('.', 2).map((part) => Number.parseInt(part, 10));
  return major! > 6 || (major === 6 && minor! >= 5);
}
