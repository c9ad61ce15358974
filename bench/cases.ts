import type { Contestant } from './contestant.ts';
import { median, monitorPrivateKb, parallelRate, timeCommand } from './measure.ts';

export interface Sizes {
  readonly runs: number;
  readonly containers: number;
  readonly loops: number;
  readonly each: number;
}

/** Medians of one case by contestant. */
export interface CaseResult {
  readonly title: string;
  readonly unit: 'ms' | 'containers/s' | 'kB';
  readonly values: Readonly<Record<string, number>>;
}

type Progress = (line: string) => void;

/** All cases in order; each case visits all contestants in turn, so that what slows the machine slows them all. */
export async function runCases(
  contestants: readonly Contestant[],
  sizes: Sizes,
  progress: Progress,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const add = (result: CaseResult): void => {
    results.push(result);
    progress(
      `${result.title}: ${Object.entries(result.values)
        .map(([name, value]) => `${name} ${value.toFixed(1)}`)
        .join(', ')}`,
    );
  };
  const { runs } = sizes;
  add(interleave('run --rm … true', contestants, runs, (one) => timeCommand(one.commands.runAndRemove('once'), one)));
  add(
    interleave('run --rm … true, each in words of its own', contestants, runs, ({ commands, env }, round) =>
      timeCommand(commands.runAnew?.(round) ?? commands.runAndRemove('once'), { env }),
    ),
  );
  const names = Array.from({ length: sizes.containers }, (_, index) => `bench-${index}`);
  add(
    interleave('run -d … sleep', contestants, names.length, (one, index) =>
      timeCommand(one.commands.runDetached(names[index]!), one),
    ),
  );
  const within = ` with ${names.length} containers`;
  const pick = (index: number): string => names[index % names.length]!;
  add(
    interleave('exec CONTAINER true', contestants, runs, (one, index) =>
      timeCommand(one.commands.exec(pick(index)), one),
    ),
  );
  add(
    interleave('exec CONTAINER true, again in the same', contestants, runs, (one) =>
      timeCommand(one.commands.exec(names[0]!), one),
    ),
  );
  add(interleave(`ps${within}`, contestants, runs, (one) => timeCommand(one.commands.list(), one)));
  add(
    interleave(`ps${within}, looked at anew`, contestants, runs, ({ commands, env }) =>
      timeCommand((commands.listAnew ?? commands.list)(), { env }),
    ),
  );
  add(interleave(`inspect${within}`, contestants, runs, (one) => timeCommand(one.commands.inspect(names[0]!), one)));
  add(
    interleave(`inspect${within}, each of another one`, contestants, runs, (one, index) =>
      timeCommand(one.commands.inspect(pick(index + 1)), one),
    ),
  );
  const monitored = contestants.filter(({ monitor }) => monitor !== undefined);
  const memory = interleave('private memory of the monitor', monitored, Math.min(10, names.length), (one, index) =>
    monitorPrivateKb(one, pick(index)),
  );
  add({ ...memory, unit: 'kB' });
  add(
    interleave(`rm -f${within}`, contestants, names.length, (one, index) =>
      timeCommand(one.commands.remove(names[index]!), one),
    ),
  );
  add(await parallel(contestants, sizes));
  return results;
}

function interleave(
  title: string,
  contestants: readonly Contestant[],
  rounds: number,
  measure: (one: Contestant, round: number) => number,
): CaseResult {
  const values = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Each round starts with another one: nobody always comes behind the slowest.
    for (let turn = 0; turn < contestants.length; turn++) {
      const one = contestants[(round + turn) % contestants.length]!;
      values.get(one.name)!.push(measure(one, round));
    }
  }
  return { title, unit: 'ms', values: Object.fromEntries([...values].map(([name, list]) => [name, median(list)])) };
}

async function parallel(contestants: readonly Contestant[], { loops, each }: Sizes): Promise<CaseResult> {
  const values: Record<string, number> = {};
  for (const one of contestants) {
    // The slow ones get fewer rounds: a rate needs no more.
    values[one.name] = await parallelRate(
      one,
      loops,
      one.name === 'podman' || one.name === 'docker' ? Math.ceil(each / 5) : each,
    );
  }
  return { title: `${loops} parallel loops of run --rm`, unit: 'containers/s', values };
}
