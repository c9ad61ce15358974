import { optionError } from '../parse/option-error.ts';

/** What ps(1) of the host prints for these processes. */
export function processTable(pids: readonly number[], words: readonly string[]): string {
  const command = ['ps', ...(words.length === 0 ? ['-ef'] : words)];
  if (Bun.which('ps') === null) throw optionError('"ps"', 'this host has no such program', 'see --format json');
  const { stdout, stderr, exitCode } = Bun.spawnSync(command);
  if (exitCode !== 0)
    throw optionError(`"${command.join(' ')}"`, stderr.toString().trim().split('\n')[0] ?? 'it failed');
  const [head = '', ...lines] = stdout.toString().trimEnd().split('\n');
  const column = head.trim().split(/\s+/).indexOf('PID');
  if (column < 0) throw optionError(`"${command.join(' ')}"`, 'it prints no column PID');
  const kept = lines.filter((line) => pids.includes(Number(line.trim().split(/\s+/)[column])));
  return `${[head, ...kept].join('\n')}\n`;
}
