import { readFileSync } from 'node:fs';
import type { Contestant } from './contestant.ts';

const STDERR = '/dev/shm/limpid-bench/stderr';

/** Milliseconds that a command took from spawn to exit; throws where it fails. */
export function timeCommand(command: readonly string[], contestant: Pick<Contestant, 'env'>): number {
  const env = { ...process.env, ...contestant.env };
  const started = Bun.nanoseconds();
  // A file, for a detached container may keep its caller's stderr open, and a pipe would never end.
  const { exitCode } = Bun.spawnSync([...command], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: Bun.file(STDERR),
    env,
    timeout: 60_000,
  });
  const ms = (Bun.nanoseconds() - started) / 1e6;
  if (exitCode !== 0)
    throw new Error(`${command.join(' ')}: exit code ${exitCode}: ${readFileSync(STDERR, 'utf8').trim()}`);
  return ms;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Containers a second that `loops` shells reach, each running `each` one after the other. */
export async function parallelRate(contestant: Contestant, loops: number, each: number): Promise<number> {
  const script = 'n=$1; shift; while [ "$n" -gt 0 ]; do "$@" >/dev/null || exit 1; n=$((n - 1)); done';
  const commands = Array.from({ length: loops }, (_, index) => contestant.commands.runAndRemove(`loop-${index}`));
  const started = Bun.nanoseconds();
  const children = commands.map((command) =>
    Bun.spawn(['sh', '-c', script, 'sh', `${each}`, ...command], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...contestant.env },
    }),
  );
  const codes = await Promise.all(children.map((child) => child.exited));
  if (codes.some((code) => code !== 0)) throw new Error(`${contestant.name}: a loop of run --rm failed`);
  return (loops * each) / ((Bun.nanoseconds() - started) / 1e9);
}

/** Private memory in kB of the process that stays with a container: its parent on the host. */
export function monitorPrivateKb(contestant: Contestant, id: string): number {
  const stat = readFileSync(`/proc/${contestant.pidOf(id)}/stat`, 'utf8');
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  const smaps = readFileSync(`/proc/${parent}/smaps_rollup`, 'utf8');
  const kb = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(smaps)![1]);
  return kb('Private_Clean') + kb('Private_Dirty');
}
