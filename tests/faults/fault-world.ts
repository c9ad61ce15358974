/** A private world for tests that break things, with a look at everything a container of it can leave behind. */
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { setDefaultTimeout } from 'bun:test';
import { World } from '../../engine/world.ts';
import { tryLock } from '../../kernel/locks.ts';
import { until } from '../cli/until.ts';
import { BUILT, InstalledProgram } from '../installed-program.ts';
import { withoutNetwork } from '../without-network.ts';
import { kill } from '../kill.ts';

export const CGROUPS = '/sys/fs/cgroup';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class FaultWorld {
  readonly path: string;
  readonly root: string;
  readonly runroot: string;
  /** The same from a program, without the time that a command takes to start. */
  readonly world: World;
  readonly #installed = new InstalledProgram();
  /** What is called: LIMPID=… is another build. */
  readonly program: string;
  /** Every id seen so far: a cgroup can be found only by it. */
  readonly #ids = new Set<string>();

  /** Without the `launcher`, which carries out by itself what was decided before, everything is decided anew. */
  constructor(place = '/tmp', { launcher = true } = {}) {
    // What these tests wait for has a deadline of its own; how long all of a test takes is the machine's matter.
    setDefaultTimeout(300_000);
    this.path = mkdtempSync(`${place}/limpid-fault-`);
    this.root = `${this.path}/root`;
    this.runroot = `${this.path}/run`;
    this.world = new World({ root: this.root, runroot: this.runroot });
    this.#installed.install();
    this.program = launcher ? this.#installed.path : BUILT;
  }

  command(...words: readonly string[]): string[] {
    return [this.program, '--root', this.root, '--runroot', this.runroot, ...withoutNetwork(words)];
  }

  /** Runs limpid, perhaps below another program, and waits for its end. */
  async limpid(words: readonly string[], below: readonly string[] = []): Promise<Ended> {
    return ended([...below, ...this.command(...words)]);
  }

  /** Like `limpid`, and throws where it fails. */
  async must(...words: readonly string[]): Promise<string> {
    const { code, out, err } = await this.limpid(words);
    if (code !== 0) throw new Error(`limpid ${words.join(' ')}: exit code ${code}: ${err}`);
    return out.trimEnd();
  }

  /** Full ids with a directory in this world, recorded or not. */
  ids(): string[] {
    const found = [this.root, this.runroot].flatMap((directory) => list(`${directory}/containers`));
    for (const id of found) this.#ids.add(id);
    return [...new Set(found)];
  }

  /** What is left of containers: empty directories of the world itself and unpacked root file systems do not count. */
  leftovers(): string[] {
    this.ids();
    return [
      ...this.ids().map((id) => `directory of ${id.slice(0, 12)}`),
      ...list(`${this.runroot}/names`).map((name) => `name ${name}`),
      ...list(this.runroot)
        .filter((name) => name === 'names.new')
        .map((name) => `aside ${name}`),
      ...list(`${this.root}/volumes`).map((name) => `volume ${name}`),
      ...mountsBelow(this.path).map((path) => `mount ${path}`),
      ...this.cgroups().map((path) => `cgroup ${path}`),
      ...this.processes().map((pid) => `process ${pid} ${text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`),
    ];
  }

  /** Of containers that were seen so far; others on this machine have theirs beside them. */
  cgroups(): string[] {
    return cgroupsOf(this.#ids);
  }

  /** What is left once the monitors, which end after the commands that wait for them, are gone. */
  async finallyLeft(): Promise<string[]> {
    await this.quiet().catch(() => {});
    return this.leftovers();
  }

  /**
   * Waits until nobody is at work here any more. A process that is dying holds its locks longer than /proc shows a file
   * of it, and for a short while longer than its answer is read: what it left is cleared away only behind that.
   */
  async quiet(): Promise<void> {
    await until('the end of all that is at work', () => this.processes().length === 0 && !this.#isLocked());
  }

  #isLocked(): boolean {
    return this.ids().some((id) => {
      const lock = tryLock(`${this.runroot}/containers/${id}/lock`);
      if (typeof lock === 'object') lock.release();
      return lock === 'busy';
    });
  }

  /**
   * Processes in a cgroup of a container of this world, or that hold a file of it open; not its guard, which stays for a
   * second after the last container and goes with the world.
   */
  processes(): number[] {
    this.ids();
    const pids = list('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
    return pids.map(Number).filter((pid) => {
      if (text(`/proc/${pid}/cmdline`).startsWith('limpid-guard\0')) return false;
      const cgroups = text(`/proc/${pid}/cgroup`);
      if ([...this.#ids].some((id) => cgroups.includes(id)))
        return text(`/proc/${pid}/stat`).split(') ')[1]?.[0] !== 'Z';
      return list(`/proc/${pid}/fd`).some((fd) => link(`/proc/${pid}/fd/${fd}`).startsWith(this.path));
    });
  }

  /** Ends what a failed test left, and removes the directory. */
  async drop(): Promise<void> {
    try {
      this.ids();
      await this.limpid(['rm', '--all', '--force', '--time', '0']);
      for (const pid of this.processes()) kill(pid);
      for (const path of mountsBelow(this.path).toReversed()) await ended(['umount', '-l', path]);
      for (const path of cgroupsOf(this.#ids)) await ended(['rmdir', path]);
      // The parent of the tests' own: like /limpid, it stays when its last container goes.
      for (const root of list(CGROUPS))
        if (list(`${CGROUPS}/${root}/limpid-fault`).length > 0)
          await ended(['rmdir', `${CGROUPS}/${root}/limpid-fault`]);
      if (list(`${CGROUPS}/limpid-fault`).length > 0) await ended(['rmdir', `${CGROUPS}/limpid-fault`]);
    } finally {
      this.#installed.remove();
      rmSync(this.path, { recursive: true, force: true });
    }
  }
}

export async function ended(command: readonly string[], stdin?: string): Promise<Ended> {
  const child = Bun.spawn([...command], {
    stdin: stdin === undefined ? 'ignore' : Buffer.from(stdin),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}

/** As the mount namespace of this process has them, or of another one. */
export function mountsBelow(path: string, pid: number | 'self' = 'self'): string[] {
  const lines = text(`/proc/${pid}/mountinfo`).trimEnd().split('\n');
  return lines.map((line) => line.split(' ')[4]!).filter((place) => place.startsWith(`${path}/`));
}

/** Directories `limpid-ID` of these ids, below /limpid or a parent of the tests' in any hierarchy. */
function cgroupsOf(ids: ReadonlySet<string>): string[] {
  const roots = [CGROUPS, ...list(CGROUPS).map((name) => `${CGROUPS}/${name}`)];
  const parents = roots.flatMap((root) =>
    list(root)
      .filter((name) => name.startsWith('limpid'))
      .map((name) => `${root}/${name}`),
  );
  return parents.flatMap((parent) =>
    list(parent)
      .filter((name) => ids.has(name.replace('limpid-', '')))
      .map((name) => `${parent}/${name}`),
  );
}

export function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

export function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
