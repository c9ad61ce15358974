/**
 * The checks that run no program: types, lint, format, import rules, rooms' READMEs, dead code.
 *   bun tools/check.ts            all of them
 * Prints one line a check, and what a failed one said.
 */
import { fileURLToPath } from 'node:url';
import { importBreaches } from './check-imports.ts';
import { OTHER_ROOMS, ROOMS } from './rooms.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_README_LINES = 15;

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

/** Runs all checks side by side. */
export function runChecks(): Promise<CheckResult[]> {
  return Promise.all([
    program('types', 'tsc', '--noEmit'),
    program('lint', 'oxlint', '--quiet'),
    program('format', 'oxfmt', '--check'),
    program('dead code', 'knip', '--no-progress', '--no-config-hints'),
    own('import rules', checkImports),
    own('rooms', checkReadmes),
  ]);
}

async function program(name: string, tool: string, ...args: string[]): Promise<CheckResult> {
  const child = Bun.spawn([`${ROOT}node_modules/.bin/${tool}`, ...args], {
    cwd: ROOT,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { name, ok: code === 0, output: `${out}${err}`.trim() };
}

async function own(name: string, find: () => Promise<string[]>): Promise<CheckResult> {
  const breaches = await find();
  return { name, ok: breaches.length === 0, output: breaches.join('\n') };
}

async function checkImports(): Promise<string[]> {
  const breaches: string[] = [];
  for await (const path of new Bun.Glob(`{${Object.keys(ROOMS).join(',')}}/**/*.ts`).scan(ROOT)) {
    breaches.push(...importBreaches(path, await Bun.file(`${ROOT}${path}`).text()));
  }
  return breaches.toSorted();
}

async function checkReadmes(): Promise<string[]> {
  const rooms = [...Object.keys(ROOMS), ...OTHER_ROOMS];
  const breaches = rooms.map(async (room) => {
    const readme = Bun.file(`${ROOT}${room}/README.md`);
    if (!(await readme.exists()))
      return `${room}/ has no README.md. Mend: say what belongs, what does not, what to read first`;
    const lines = (await readme.text()).trimEnd().split('\n').length;
    return lines > MAX_README_LINES
      ? `${room}/README.md has ${lines} lines, at most ${MAX_README_LINES} are wanted`
      : [];
  });
  return (await Promise.all(breaches)).flat();
}

if (import.meta.main) {
  const results = await runChecks();
  for (const { name, ok, output } of results) console.log(ok ? `ok      ${name}` : `FAILED  ${name}\n${output}`);
  process.exit(results.every(({ ok }) => ok) ? 0 : 1);
}
