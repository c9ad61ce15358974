import { readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from 'node:fs';
import { gatherFacts } from '../../kernel/facts.ts';
import { kill } from '../kill.ts';

/** What is left of a world's containers once its tests are done. */
export class Leavings {
  readonly #directory: string;
  /** Empty cgroups that may be of this world: those of others come and go, or were there before. */
  readonly #before = new Set(emptyCgroups());
  #suspects: string[] | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Lines for people; none when nothing is left. Once the last process is gone, a cgroup can only go. */
  look(): string[] {
    const left = [
      ...containersOf(this.#directory).map((name) => `container ${name}`),
      ...list(`${this.#directory}/run/names`).map((name) => `name ${name}`),
      ...processesThatSee(this.#directory),
      ...mountPointsBelow(this.#directory).map((path) => `mount ${path}`),
    ];
    if (left.length > 0) return left;
    const now = emptyCgroups();
    this.#suspects = (this.#suspects ?? now.filter((path) => !this.#before.has(path))).filter((path) =>
      now.includes(path),
    );
    return this.#suspects.map((path) => `cgroup ${path}`);
  }
}

/** Ends and removes what a world has left, as far as it is surely its own, and the world itself. */
export function clearAway(directory: string): void {
  const ids = containersOf(directory);
  for (const pid of list('/proc').filter(isOther)) {
    const cgroups = read(`/proc/${pid}/cgroup`);
    const isMonitor = link(`/proc/${pid}/exe`).includes('limpid') && hasOpen(pid, directory);
    if (isMonitor || ids.some((id) => cgroups.includes(`/limpid-${id}`))) kill(Number(pid));
  }
  for (const path of mountPointsBelow(directory).toReversed()) Bun.spawnSync(['umount', '-l', path]);
  for (const path of emptyCgroups())
    if (ids.some((id) => path.endsWith(`/limpid-${id}`))) orElse(() => rmdirSync(path), undefined);
  rmSync(directory, { recursive: true, force: true });
}

function containersOf(directory: string): string[] {
  return ['root', 'run'].flatMap((name) => list(`${directory}/${name}/containers`));
}

/** Containers, whose root is made of layers below the directory, and monitors, with open files there. */
function processesThatSee(directory: string): string[] {
  return list('/proc')
    .filter(isOther)
    .filter((pid) => hasRootFrom(pid, directory) || hasOpen(pid, directory))
    .map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

/** As its root: whoever else copies the mounts of this machine meanwhile has them in other places. */
function hasRootFrom(pid: string, directory: string): boolean {
  const lines = read(`/proc/${pid}/mountinfo`).split('\n');
  return lines.some((line) => line.includes(`=${directory}/`) && line.split(' ')[4] === '/');
}

function isOther(name: string): boolean {
  return /^\d+$/.test(name) && Number(name) !== process.pid;
}

function hasOpen(pid: string, directory: string): boolean {
  return list(`/proc/${pid}/fd`).some((fd) => link(`/proc/${pid}/fd/${fd}`).startsWith(directory));
}

function mountPointsBelow(directory: string): string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(directory));
}

/** Cgroups of containers in which nothing runs, of every world. */
function emptyCgroups(): string[] {
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
