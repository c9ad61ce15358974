import type { ContainerRecord } from '../records/record.ts';

/** Host path of a container's log; rotated ones have `.1`, `.2` … behind it. */
export function logPath({ config, paths }: ContainerRecord): string {
  return config.log.path ?? paths.log;
}
