import { readFileSync } from 'node:fs';
import { gatherFacts } from '../../kernel/facts.ts';

const { hierarchies, unified, mode } = gatherFacts().cgroup;
export const isV2 = mode === 'v2';

/** The directory of a process's cgroup in the hierarchy of a controller, found through /proc/PID/cgroup. */
export function cgroupDirectory(pid: number, controller: string): string {
  const v1 = hierarchies.find(({ controllers }) => controllers.includes(controller));
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
  for (const line of lines) {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line)!;
    if (v1 === undefined ? names === '' : names!.split(',').includes(controller)) {
      return `${v1?.mountPoint ?? unified}${path}`;
    }
  }
  throw new Error(`pid ${pid} is in no cgroup of ${controller}`);
}

/** What a file of a process's cgroup holds. */
export function cgroupValue(pid: number, controller: string, file: string): string {
  return readFileSync(`${cgroupDirectory(pid, controller)}/${file}`, 'utf8').trim();
}
