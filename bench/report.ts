import { cpus, totalmem } from 'node:os';
import type { CaseResult } from './cases.ts';

/** A line of the issue: what is to be reached, checked against the results. */
interface Goal {
  readonly text: string;
  readonly of: (results: readonly CaseResult[]) => readonly [value: number, limit: number] | undefined;
}

const find = (results: readonly CaseResult[], start: string): Readonly<Record<string, number>> =>
  results.find(({ title }) => title.startsWith(start))?.values ?? {};

const atMost = (start: string, limit: number) => (results: readonly CaseResult[]) => {
  const value = find(results, start)['limpid'];
  return value === undefined ? undefined : ([value, limit] as const);
};

const shareOf = (peer: string, limit: number) => (results: readonly CaseResult[]) => {
  const values = find(results, 'run --rm');
  const [ours, theirs] = [values['limpid'], values[peer]];
  return ours === undefined || theirs === undefined ? undefined : ([ours / theirs, limit] as const);
};

const GOALS: readonly Goal[] = [
  { text: 'run --rm: at most 15 ms', of: atMost('run --rm', 15) },
  { text: "run --rm: at most a tenth of podman's", of: shareOf('podman', 0.1) },
  { text: "run --rm: at most a tenth of docker's", of: shareOf('docker', 0.1) },
  { text: "run --rm: at most twice a bare crun's", of: shareOf('crun', 2) },
  { text: 'run -d: at most 15 ms', of: atMost('run -d', 15) },
  { text: 'exec: at most 15 ms', of: atMost('exec', 15) },
  { text: 'ps: at most 10 ms', of: atMost('ps', 10) },
  { text: 'inspect: at most 10 ms', of: atMost('inspect', 10) },
  { text: 'monitor: at most 300 kB', of: atMost('private memory', 300) },
  {
    text: '8 parallel loops: at least 80 containers/s',
    of: (results) => {
      const rate = find(results, '8 parallel')['limpid'];
      return rate === undefined ? undefined : [-rate, -80];
    },
  },
];

const beside =
  (title: string, peer: string, limit: number) =>
  (results: readonly CaseResult[]): readonly [number, number] | undefined => {
    const values = find(results, title);
    const [ours, theirs] = [values['limpid'], values[peer]];
    return ours === undefined || theirs === undefined ? undefined : [ours / theirs, limit];
  };

const RUNTIME_GOALS: readonly Goal[] = ['run', 'create, start and delete', 'exec'].flatMap((title) => [
  { text: `${title}: at most runc's time`, of: beside(title, 'runc', 1) },
  { text: `${title}: at most 1.8 of crun's`, of: beside(title, 'crun', 1.8) },
]);

/** The runtimes' part, as Markdown. */
export function describeRuntimes(results: readonly CaseResult[]): string {
  const names = Object.keys(results[0]?.values ?? {});
  const lines = [
    "### `limpid-runtime` beside Debian's crun and runc",
    '',
    "The same bundle, started by a program of its own each time. Minima of interleaved rounds; in parentheses, as a multiple of Limpid's.",
    '',
    `| | ${names.join(' | ')} |`,
    `| --- |${names.map(() => ' ---: |').join('')}`,
    ...results.map((result) => `| ${result.title} (ms) | ${names.map((name) => cell(result, name)).join(' | ')} |`),
    '',
    '| to reach | measured | |',
    '| --- | ---: | --- |',
    ...RUNTIME_GOALS.flatMap((goal) => describeGoal(goal, results)),
  ];
  return `${lines.join('\n')}\n`;
}

/** The results as Markdown: the machine, one row a case, the goals. */
export function describeResults(
  results: readonly CaseResult[],
  versions: ReadonlyMap<string, string>,
  notes: readonly string[],
): string {
  const names = [...versions.keys()];
  const lines = [
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]!.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
      `Linux ${Bun.spawnSync(['uname', '-r']).stdout.toString().trim()}. Medians; in parentheses, as a multiple of Limpid's.`,
    '',
    `| | ${names.map((name) => `${name} ${versions.get(name)}`).join(' | ')} |`,
    `| --- |${names.map(() => ' ---: |').join('')}`,
    ...results.map(
      (result) => `| ${result.title} (${result.unit}) | ${names.map((name) => cell(result, name)).join(' | ')} |`,
    ),
    '',
    '| to reach | measured | |',
    '| --- | ---: | --- |',
    ...GOALS.flatMap((goal) => describeGoal(goal, results)),
    '',
    ...notes.map((note) => `- ${note}`),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function cell({ values }: CaseResult, name: string): string {
  const [value, ours] = [values[name], values['limpid']];
  if (value === undefined) return '–';
  return ours === undefined || name === 'limpid'
    ? format(value)
    : `${format(value)} (${(value / ours).toFixed(value / ours < 1 ? 2 : 1)})`;
}

function describeGoal({ text, of }: Goal, results: readonly CaseResult[]): string[] {
  const measured = of(results);
  if (measured === undefined) return [`| ${text} | – | not measured |`];
  const [value, limit] = measured;
  const shown = Math.abs(value) < 3 ? Math.abs(value).toFixed(2) : format(Math.abs(value));
  return [`| ${text} | ${shown} | ${value <= limit ? 'reached' : '**missed**'} |`];
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
