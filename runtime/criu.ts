import { readText } from '../kernel/files.ts';
import { runtimeError } from './runtime-error.ts';

/** One call of CRIU: `dump`, `pre-dump` or `restore`, its words, and where it writes. */
export interface CriuCall {
  readonly action: 'dump' | 'pre-dump' | 'restore';
  readonly words: readonly string[];
  readonly imagePath: string;
  readonly workPath: string;
  /** CRIU's descriptor 3. */
  readonly third?: number;
}

/** Runs CRIU to its end, its standard streams ours. Throws ECRIU with what it says of its failure. */
export function runCriu(subject: string, { action, words, imagePath, workPath, third }: CriuCall): void {
  const doing = action === 'restore' ? 'restore' : 'checkpoint';
  const criu = Bun.which('criu');
  if (criu === null) throw runtimeError('ECRIU', doing, subject, 'CRIU is not installed', 'install the package criu');
  const log = `${action}.log`;
  const places = ['--images-dir', imagePath, '--work-dir', workPath, '--log-file', log];
  const { exitCode, signalCode } = Bun.spawnSync([criu, action, ...places, '-v4', ...words], {
    stdio: ['inherit', 'inherit', 'inherit', ...(third === undefined ? [] : [third])],
  });
  if (exitCode === 0) return;
  const ending = signalCode === undefined ? `exit status ${exitCode}` : signalCode;
  throw runtimeError(
    'ECRIU',
    doing,
    subject,
    `CRIU says: ${complaint(`${workPath}/${log}`) ?? ending}`,
    `see "${workPath}/${log}"`,
  );
}

/** The first errors are the cause; what follows is how it gave up. */
function complaint(path: string): string | undefined {
  const errors = (readText(path) ?? '')
    .split('\n')
    .map((line) => /^(?:\([\d.]+\)\s*)?(?:\d+:\s*)?Error \([^)]*\):\s*(.*)$/.exec(line)?.[1]?.trim())
    .filter((text) => text !== undefined);
  return errors.length === 0 ? undefined : errors.slice(0, 2).join('; ');
}
