/** What is measured of each: the words of a command, for a container called `id`. */
export interface Commands {
  readonly runAndRemove: (id: string) => readonly string[];
  /** The same in words that no run had before; those who keep nothing of a run are asked as ever. */
  readonly runAnew?: (round: number) => readonly string[];
  readonly runDetached: (id: string) => readonly string[];
  readonly exec: (id: string) => readonly string[];
  readonly list: () => readonly string[];
  /** The same in words that are not kept. */
  readonly listAnew?: () => readonly string[];
  readonly inspect: (id: string) => readonly string[];
  readonly remove: (id: string) => readonly string[];
}

export interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
  readonly commands: Commands;
  /** The name of the process that stays with each container, where one does. */
  readonly monitor?: string;
  /** The container's process id, as the contestant tells it. */
  readonly pidOf: (id: string) => number;
  /** Takes back what `open` started. Containers are gone by then. */
  readonly close: () => Promise<void>;
}

/** The private place of one run: everything of every contestant is below these two. */
export interface BenchWorld {
  /** On the disk: images and layers. */
  readonly disk: string;
  /** In memory, as /run is on most machines: sockets, state, records. */
  readonly memory: string;
  /** The same busybox for all. */
  readonly rootfs: string;
}

/** Opens a contestant, or says in a word why it takes no part. */
export type Open = (world: BenchWorld) => Promise<Contestant | string>;

/** Runs a command to its end; throws with its output where it fails. */
export function mustRun(command: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 60_000,
    env: { ...process.env, ...env },
  });
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: exit code ${exitCode}: ${stderr.toString().trim()}`);
  return stdout.toString();
}

/** Whether the command works at all; an engine that cannot run one container is left out with its own words. */
export function probe(command: readonly string[], env: Readonly<Record<string, string>>): string | undefined {
  try {
    mustRun(command, env);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0]!;
  }
}
