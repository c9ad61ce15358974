import { concatMap } from '../../base/concat-map.ts';
import { LimpidError } from '../../base/error.ts';
import type { ContainerConfig } from '../config.ts';
import type { Reasons } from './reasons.ts';

/** What tells of, or reaches into, the machine rather than the container: podman's list with Docker's /proc/asound. */
export const MASKED_PATHS: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/dev/block',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
  '/sys/fs/selinux',
];

export const READONLY_PATHS: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

export interface HiddenPaths {
  readonly maskedPaths: string[];
  readonly readonlyPaths: string[];
}

/**
 * The paths to hide and to write-protect. `unmask=` takes paths, patterns with `*` within a component, several with
 * colons between, or `ALL`; `mask=` adds paths and wins over it. A privileged container has none but those it asks for.
 */
export function planHiddenPaths(
  config: Pick<ContainerConfig, 'privileged' | 'security'>,
  reasons: Reasons,
): HiddenPaths {
  const masks = splitPaths('mask', config.security.mask);
  const unmasks = splitPaths('unmask', config.security.unmask);
  const isUnmasked = unmaskTest(unmasks);
  const kept = (paths: readonly string[]) => (config.privileged ? [] : paths.filter((path) => !isUnmasked(path)));
  const because = config.privileged ? '--privileged' : unmasks.length > 0 ? '--security-opt unmask' : undefined;
  reasons.note('linux.maskedPaths', because ?? 'default: kernel files that tell of the machine');
  reasons.note('linux.readonlyPaths', because ?? 'default: kernel files that change the machine');
  return { maskedPaths: [...new Set([...kept(MASKED_PATHS), ...masks])], readonlyPaths: kept(READONLY_PATHS) };
}

function splitPaths(option: 'mask' | 'unmask', words: readonly string[]): string[] {
  const paths = concatMap(words, (word) => word.split(':'));
  for (const path of paths) {
    if (path.startsWith('/') || (option === 'unmask' && path.toUpperCase() === 'ALL')) continue;
    throw new LimpidError({ code: 'EOPTION', doing: option, subject: `"${path}"`, why: 'the path is not absolute' });
  }
  return paths;
}

function unmaskTest(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map((pattern) => {
    if (pattern.toUpperCase() === 'ALL') return /^/;
    const literal = pattern.replace(/\/+$/, '').replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
    return new RegExp(`^${literal.replaceAll('*', '[^/]*')}$`);
  });
  return (path) => tests.some((test) => test.test(path));
}
