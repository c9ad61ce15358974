/**
 * The built program as a user has it, installed and called through its launcher, in a world of its own:
 * `const { limpid } = privateWorld()`. `LIMPID=PROGRAM` in the environment tests another build.
 */
import { beforeAll, expect, setDefaultTimeout } from 'bun:test';
import { mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROOMS } from '../../tools/rooms.ts';
import { atTheEnd } from '../at-the-end.ts';
import { BUILT, InstalledProgram } from '../installed-program.ts';
import { clearAway, Leavings } from './left-behind.ts';
import { Terminal } from './terminal.ts';
import { until } from './until.ts';
import { withoutNetwork } from '../without-network.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BUSYBOX = 'builtin:busybox';

/** What a command came to. */
export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Words that come before the program, such as `setpriv --reuid=65534`. */
  readonly through?: readonly string[];
}

export interface PrivateWorld {
  /** A directory that is removed afterwards; the world's root and runroot are below it. */
  readonly directory: string;
  /** The installed program. */
  readonly program: string;
  /** Its containers, by `--root` and `--runroot`. */
  readonly globals: readonly string[];
  /** Runs it to its end. */
  limpid(...words: string[]): Promise<Result>;
  limpidWith(options: RunOptions, ...words: string[]): Promise<Result>;
  /** Runs it, expects exit code 0 and no word on stderr, and answers what it printed, without the last newline. */
  says(...words: string[]): Promise<string>;
  /** Starts it without waiting, on pipes. */
  begin(...words: string[]): Bun.Subprocess<'pipe', 'pipe', 'pipe'>;
  /** Starts it on a terminal of its own. */
  onTerminal(...words: string[]): Terminal;
}

/** Makes the world before the file's tests; afterwards removes it, and expects that nothing of it is left. */
export function privateWorld(): PrivateWorld {
  // What a test waits for has a deadline of its own; how long all of it takes is the machine's matter.
  setDefaultTimeout(300_000);
  const directory = mkdtempSync('/tmp/limpid-cli-');
  const globals = ['--root', `${directory}/root`, '--runroot', `${directory}/run`];
  const leavings = new Leavings(directory);
  const started: Terminal[] = [];
  const installed = new InstalledProgram();
  const program = installed.path;

  const limpidWith = (options: RunOptions, ...words: string[]) =>
    finish([...(options.through ?? []), program, ...globals, ...withoutNetwork(words)], options);
  const limpid = (...words: string[]) => limpidWith({}, ...words);

  beforeAll(() => {
    buildWhenStale();
    installed.install();
  }, 600_000);
  atTheEnd(() => installed.remove());
  atTheEnd(async () => {
    for (const terminal of started) terminal.close();
    try {
      const ids = (await limpid('ps', '-aq')).out.split('\n').filter(Boolean);
      if (ids.length > 0) await limpid('rm', '-f', '-t', '0', ...ids);
      await until(`nothing of ${directory} is left`, () => {
        const left = leavings.look();
        return left.length === 0 ? true : { butSaw: left.join('\n') };
      });
    } finally {
      clearAway(directory);
    }
  });

  return {
    directory,
    program,
    globals,
    limpid,
    limpidWith,
    async says(...words) {
      const { code, out, err } = await limpid(...words);
      expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
      return out.replace(/\n$/, '');
    },
    begin: (...words) =>
      Bun.spawn([program, ...globals, ...withoutNetwork(words)], { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' }),
    onTerminal(...words) {
      const terminal = new Terminal([program, ...globals, ...withoutNetwork(words)]);
      started.push(terminal);
      return terminal;
    },
  };
}

/** Runs any program to its end. */
export async function finish(command: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { input, env, cwd } = options;
  const child = Bun.spawn([...command], {
    stdin: input === undefined ? 'ignore' : new Blob([input]),
    stdout: 'pipe',
    stderr: 'pipe',
    ...(env && { env: { ...process.env, ...env } }),
    ...(cwd !== undefined && { cwd }),
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}

let fresh = process.env['LIMPID'] !== undefined;

/** Once a run of the tests: where a source is newer than the program, or there is none. */
function buildWhenStale(): void {
  if (fresh) return;
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = new Bun.Glob(`{${[...Object.keys(ROOMS), 'native', 'tools'].join(',')}}/**/*.{ts,c,h}`).scanSync(
    ROOT,
  );
  for (const path of sources) {
    if (statSync(ROOT + path).mtimeMs <= built || path.endsWith('.test.ts') || path.includes('.gen.')) continue;
    mkdirSync(`${ROOT}build`, { recursive: true });
    const { exitCode, stderr } = Bun.spawnSync(['flock', `${ROOT}build/lock`, process.execPath, 'tools/build.ts'], {
      cwd: ROOT,
    });
    if (exitCode !== 0) throw new Error(`the build failed: ${stderr}`);
    break;
  }
  fresh = true;
}
