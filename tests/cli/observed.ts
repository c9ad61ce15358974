/** What a command line comes to, as far as anybody can see it, with what is each container's own masked. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { tryLock } from '../../kernel/locks.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import type { PrivateWorld, RunOptions } from './limpid.ts';
import { until } from './until.ts';

/** Shown by a shell in the container; busybox is enough. */
export const PROBE = `
umask; id; pwd; set -- "$0" "$@"; for word; do echo "word <$word>"; done; env | sort
cat /proc/self/limits /proc/self/mountinfo /proc/self/cgroup
grep -E '^(Uid|Gid|Groups|(Sig|Shd)(Blk|Ign|Cgt)|Cap...|NoNewPrivs|Seccomp|Cpus_allowed|Mems_allowed)' /proc/self/status
cut -d' ' -f7,18,19,40,41 /proc/self/stat; cat /proc/self/personality; cat /proc/self/oom_score_adj
hostname; cat /proc/sys/kernel/domainname /proc/sys/kernel/shmmax
cat /etc/hosts /etc/hostname /etc/resolv.conf; tail -n 1 /etc/passwd
for fd in 0 1 2; do readlink /proc/self/fd/$fd; done; ls /proc/self/fd | wc -w
for type in cgroup ipc mnt net pid time user uts; do readlink /proc/self/ns/$type; done
ip -o addr; ip route; cat /proc/sys/net/ipv4/ip_forward; stat -c '%A %u:%g %t:%T %n' / /etc /dev/* /proc/1; readlink /proc/1/exe
`;

/** Behind it, where it is to be looked at while it runs. */
export const FOR_EVER = 'exec sleep 1000';

export interface Observed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Of the container while it runs, or behind it: records, cgroups, logs, what `inspect` says. */
  readonly container: readonly string[];
  /** Behind its removal. */
  readonly left: readonly string[];
}

/** And whether it went by what was kept. */
export interface Seen {
  readonly observed: Observed;
  readonly isKept: boolean;
}

export type Place = Pick<PrivateWorld, 'directory' | 'limpidWith' | 'says'>;

/** Runs it, looks, and removes what it made. */
export async function observe(world: Place, words: readonly string[], options: RunOptions = {}): Promise<Seen> {
  const before = containers(world);
  const traced = { ...options, env: { ...options.env, LIMPID_TRACE: '1' } };
  const { code, out, err } = await world.limpidWith(traced, ...words);
  for (const id of containers(world)) if (!before.includes(id)) await rest(world, id);
  const made = containers(world).filter((id) => !before.includes(id));
  const said = [out, withoutTrace(err)];
  const shown: string[] = [];
  for (const id of made) shown.push(...(await look(world, id)));
  if (made.length > 0) await world.limpidWith({}, 'rm', '-f', '-t', '0', ...made);
  await until('it is removed', () => containers(world).every((id) => !made.includes(id)));
  const own = ownWords(world, [...made, ...idsIn(said)], shown);
  const [maskedOut = '', maskedErr = '', ...container] = [...said, ...shown].map((text) => mask(text, own));
  return {
    observed: { code, out: maskedOut, err: maskedErr, container, left: leavings(world).map((text) => mask(text, own)) },
    isKept: err.includes('kept plan found'),
  };
}

/** The same by the whole way: what was kept is out of sight meanwhile. */
export async function observeWhole(world: Place, words: readonly string[], options: RunOptions = {}): Promise<Seen> {
  const kept = `${world.directory}/run/kept`;
  if (existsSync(kept)) renameSync(kept, `${kept}.aside`);
  try {
    return await observe(world, words, options);
  } finally {
    rmSync(kept, { recursive: true, force: true });
    if (existsSync(`${kept}.aside`)) renameSync(`${kept}.aside`, kept);
  }
}

function withoutTrace(err: string): string {
  return err.replaceAll(/^ *\d+ \w.*\n/gm, '');
}

function containers({ directory }: Place): string[] {
  return [...new Set(['root', 'run'].flatMap((place) => list(`${directory}/${place}/containers`)))];
}

/** What runs for ever is to have shown all; of anything else the end is waited for, which its monitor is the last to see. */
async function rest(world: Place, id: string): Promise<void> {
  const { directory } = world;
  await until('its end, or all that it shows', () => {
    const config = configOf(directory, id);
    if (config.includes(FOR_EVER) && logOf(directory, id).includes('END')) return true;
    if (!config.includes('"autoRemove":false') && containers(world).includes(id)) return false;
    const lock = tryLock(`${directory}/run/containers/${id}/lock`);
    if (typeof lock === 'object') lock.release();
    return lock !== 'busy';
  });
}

const configOf = (directory: string, id: string) =>
  ['root', 'run'].map((place) => read(`${directory}/${place}/containers/${id}/config.json`)).join('');
const logOf = (directory: string, id: string) => read(`${directory}/root/containers/${id}/ctr.log`);

async function look(world: Place, id: string): Promise<string[]> {
  const { directory } = world;
  const inspected = await world.limpidWith({}, 'inspect', id);
  return [
    `config ${configOf(directory, id)}`,
    `log ${logOf(directory, id)
      .replaceAll(/^\S+ (stdout|stderr) /gm, '$1 ')
      .replaceAll(/"time":"[^"]*"/g, '')}`,
    `inspect ${inspected.out}${inspected.err}`,
    ...['root', 'run'].flatMap((place) => tree(`${directory}/${place}/containers/${id}`)),
    ...cgroupDirectories(gatherFacts().cgroup, `/limpid/limpid-${id}`).flatMap(cgroupValues),
  ];
}

const LIMIT = /(max|limit_in_bytes|shares|quota_us|period_us|cpus|mems|weight|list|swappiness|low|high|min|state)$/;

function cgroupValues(path: string): string[] {
  return list(path)
    .filter((name) => LIMIT.test(name) && !/usage|peak/.test(name))
    .map((name) => `${path}/${name} ${read(`${path}/${name}`)}`);
}

function tree(path: string): string[] {
  return list(path)
    .filter((name) => name !== 'merged' && name !== 'work' && name !== 'shm')
    .flatMap((name) => {
      const place = `${path}/${name}`;
      const status = lstatSync(place, { throwIfNoEntry: false });
      if (status === undefined) return [];
      const line = `${place} ${status.mode.toString(8)} ${status.uid}:${status.gid} ${status.isSymbolicLink() ? readlinkSync(place) : ''}`;
      return status.isDirectory() ? [line, ...tree(place)] : [line];
    });
}

function leavings({ directory }: Place): string[] {
  const mounts = read('/proc/self/mountinfo').split('\n');
  return [
    ...list(`${directory}/run/names`),
    ...mounts.filter((line) => line.includes(directory)).map((line) => line.split(' ')[4]!),
  ];
}

function idsIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.match(/\b[0-9a-f]{64}\b/g) ?? []);
}

/** Ids in full and short, and random names. */
function ownWords({ directory }: Place, ids: readonly string[], shown: readonly string[]): string[] {
  const names = shown.flatMap((text) => (/"name":"([a-z]+_[a-z]+)"/.exec(text) ?? []).slice(1));
  return [...ids, ...ids.map((id) => id.slice(0, 12)), ...names, directory];
}

function mask(text: string, own: readonly string[]): string {
  let masked = text;
  for (const word of own) masked = masked.replaceAll(word, '*');
  return masked
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'ID')
    .replaceAll(/^(HOSTNAME=)?[0-9a-f]{12}$/gm, '$1SHORT')
    .replaceAll(/\t[0-9a-f]{12}$/gm, '\tSHORT')
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'SHORT')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, 'TIME')
    .replaceAll(/"(ConmonPid|MonitorPid|Pid|SandboxKey|PidFile|pid)":\s*("[^"]*"|\d+)/g, '"$1":0')
    .replaceAll(/:\[\d+\]/g, ':[INODE]')
    .replaceAll(/^(stdout F )?\d+ \d+ (\d+:)\d+ /gm, '$1MOUNT $2')
    .replaceAll(/(master|shared|propagate_from):\d+/g, '$1:N');
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
