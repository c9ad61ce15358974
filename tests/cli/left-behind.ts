import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { gatherFacts } from '../../kernel/facts.ts';

/** Processes other than this one that have a mount or an open file below the directory: monitors and containers. */
export function processesThatSee(directory: string): string[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(`/proc/${pid}/mountinfo`).includes(`=${directory}/`) || hasOpen(pid, directory))
    .map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

function hasOpen(pid: string, directory: string): boolean {
  return list(`/proc/${pid}/fd`).some((fd) => link(`/proc/${pid}/fd/${fd}`).startsWith(directory));
}

export function mountsBelow(directory: string): string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.split(' ')[4]?.startsWith(directory))
    .map((line) => `mount ${line}`);
}

/** Cgroups of containers in which nothing runs, of every world: one that was there before is somebody else's. */
export function emptyCgroups(): string[] {
  const { hierarchies, unified } = gatherFacts().cgroup;
  return [...hierarchies.map(({ mountPoint }) => mountPoint), ...(unified === undefined ? [] : [unified])].flatMap(
    (root) =>
      list(`${root}/limpid`)
        .filter((name) => name.startsWith('limpid-'))
        .map((name) => `${root}/limpid/${name}`)
        .filter((path) => read(`${path}/cgroup.procs`) === '' && list(path).length > 0),
  );
}

function list(directory: string): string[] {
  return orElse(() => readdirSync(directory), []);
}

function read(path: string): string {
  return orElse(() => readFileSync(path, 'utf8'), '');
}

function link(path: string): string {
  return orElse(() => readlinkSync(path), '');
}

/** Processes and cgroups vanish while they are looked at. */
function orElse<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
