/**
 * Makes dist/limpid, the one file, and dist/launcher, through which an installed one is entered.
 *   bun tools/build.ts            everything
 *   bun tools/build.ts prepare    only what the source needs to run as it is: build/ and generated files
 */
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// `--splitting` and bytecode: a command loads only its own code, already compiled. A command lives for milliseconds,
// so what would be compiled to machine code in the background is never used: the policy delays that twentyfold. No
// dotenv or bunfig: the directory that a user happens to be in configures nothing.
const COMPILE = (
  'build --compile --minify --bytecode --format=esm --splitting --min-chunk-size=16384 --compile-jit-policy=20 ' +
  '--no-compile-autoload-dotenv --no-compile-autoload-bunfig'
).split(' ');
const COMMIT = ['--define', `LIMPID_COMMIT=${JSON.stringify(commit())}`];

async function run(...command: string[]): Promise<void> {
  const child = Bun.spawn(command, { cwd: ROOT, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code === 0) return;
  console.error(`build: ${command.join(' ')}: exit code ${code}\n${out}${err}`);
  process.exit(1);
}

/** Empty outside a repository, as in an unpacked release. */
function commit(): string {
  if (Bun.which('git') === null) return '';
  return Bun.spawnSync(['git', 'rev-parse', '--short=12', 'HEAD'], { cwd: ROOT, stderr: 'ignore' })
    .stdout.toString()
    .trim();
}

const bun = (...args: string[]) => run(process.execPath, ...args);

await bun('tools/gen-all.ts');
await Promise.all([bun('tools/build-native.ts'), bun('tools/build-rootfs.ts')]);
if (process.argv[2] !== 'prepare') {
  await bun(...COMPILE, ...COMMIT, 'cli/main.ts', '--outfile', 'dist/limpid');
  // Called by that name it is an OCI runtime; a link, as the program is large.
  await run('ln', '-sf', 'limpid', 'dist/limpid-runtime');
  await bun('tools/build-native.ts', 'launcher');
  await run('cp', 'build/native/launcher', 'dist/launcher');
}
