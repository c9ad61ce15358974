/**
 * What a run of Limpid could leave behind on a machine, as lines that can be compared:
 *   bun tests/leftovers.ts -- COMMAND...    runs it, and fails where it left something
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const CGROUP_ROOT = '/sys/fs/cgroup';

/** A sorted list of processes, mounts, cgroups, interfaces, namespaces, firewall entries and files of Limpid's. */
export function snapshotLeftovers(): string[] {
  return [
    ...processes(),
    ...mounts(),
    ...cgroups(CGROUP_ROOT),
    ...names('/sys/class/net', 'interface'),
    ...names('/run/netns', 'network namespace'),
    ...files('/run/limpid'),
    ...files('/var/lib/limpid'),
    ...['/tmp/', '/dev/shm/', '/dev/mqueue/'].flatMap((path) => names(path, 'file', path).filter(isOurs)),
    ...firewall(),
  ].toSorted();
}

/** What is in `after` and was not in `before`, as `left: …`, and the other way round as `gone: …`. */
export function compareLeftovers(before: readonly string[], after: readonly string[]): string[] {
  const [was, is] = [new Set(before), new Set(after)];
  const left = after.filter((line) => !was.has(line)).map((line) => `left: ${line}`);
  const gone = before.filter((line) => !is.has(line) && !line.startsWith('process ')).map((line) => `gone: ${line}`);
  return [...left, ...gone];
}

/** Processes of ours: run from the executor or dist/limpid, or in a cgroup of a container. */
function processes(): string[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const program = link(`/proc/${pid}/exe`);
      const ours = /\/(?:memfd:limpid|limpid$|executor)/.test(program) || /\/limpid-/.test(read(`/proc/${pid}/cgroup`));
      if (!ours) return [];
      // Field 22 counted behind the name in parentheses, which may hold anything.
      const stat = read(`/proc/${pid}/stat`);
      const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
      return stat === ''
        ? []
        : `process ${pid} started ${startTime}: ${program} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`;
    });
}

function mounts(): string[] {
  const lines = read('/proc/self/mountinfo').trim().split('\n');
  return lines.map((line) => {
    const [head, tail] = line.split(' - ');
    return `mount ${head!.split(' ')[4]} ${tail!.split(' ').slice(0, 2).join(' ')}`;
  });
}

/** Directories of containers in any hierarchy. The parent that all share stays, as a slice of systemd's does. */
function cgroups(directory: string): string[] {
  return readdir(directory)
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const path = `${directory}/${entry.name}`;
      return [...(isOurs(path) && entry.name !== 'limpid' ? [`cgroup ${path}`] : []), ...cgroups(path)];
    });
}

function files(directory: string): string[] {
  return readdir(directory).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    return [`file ${path}`, ...(entry.isDirectory() ? files(path) : [])];
  });
}

function isOurs(path: string): boolean {
  return path.includes('limpid');
}

function firewall(): string[] {
  const nft = Bun.which('nft', { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' });
  if (nft === null) return [];
  const { stdout } = Bun.spawnSync([nft, 'list', 'tables']);
  return stdout
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => `firewall ${line}`);
}

function names(directory: string, what: string, prefix = ''): string[] {
  return list(directory).map((name) => `${what} ${prefix}${name}`);
}

function list(directory: string): string[] {
  return readdir(directory).map((entry) => entry.name);
}

function readdir(directory: string) {
  return orElse(() => readdirSync(directory, { withFileTypes: true }), []);
}

function read(path: string): string {
  return orElse(() => readFileSync(path, 'utf8'), '');
}

function link(path: string): string {
  return orElse(() => readlinkSync(path), '');
}

/** Processes and directories vanish while they are looked at. */
function orElse<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

if (import.meta.main) {
  const before = snapshotLeftovers();
  const command = process.argv.slice(process.argv.indexOf('--') + 1);
  const code = await Bun.spawn(command, { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' }).exited;
  const difference = compareLeftovers(before, snapshotLeftovers());
  for (const line of difference) console.error(line);
  process.exit(difference.length === 0 ? code : code || 1);
}
