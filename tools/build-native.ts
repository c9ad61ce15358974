/**
 * Builds the C programs: `bun tools/build-native.ts [executor|launcher|asan|fuzz|all]` (executor unless said).
 *   executor   build/native/executor        static and stripped: what is shipped
 *   launcher   build/native/launcher        what is installed as bin/limpid: the executor is in it
 *   asan       build/native/executor-asan   the same with AddressSanitizer and UBSan, for the tests
 *   fuzz       build/native/fuzz-wire       libFuzzer on the reader of plans
 *   fuzz-unpack  build/native/fuzz-unpack   libFuzzer on the reader of an archive's records
 *   fuzz-again   build/native/fuzz-again    libFuzzer on the reader of kept files, their blanks and tables
 * What is newer than its sources is left alone.
 */
import { readdirSync, renameSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = `${ROOT}build/native`;
const WARNINGS = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror'];
const SANITIZERS = ['-g', '-O1', '-fno-omit-frame-pointer'];
const isOfTheLauncher = (name: string): boolean => /^(launch|again|direct)/.test(name);

interface Target {
  readonly out: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly sources: readonly string[];
}

const executorSources = readdirSync(`${ROOT}native`).filter(
  (name) => name.endsWith('.c') && !name.startsWith('fuzz_') && !isOfTheLauncher(name),
);
const launcherSources = [
  ...readdirSync(`${ROOT}native`).filter((name) => name.endsWith('.c') && isOfTheLauncher(name)),
  ...executorSources.filter((name) => name !== 'main.c'),
];
const staticCompiler = Bun.which('musl-gcc') ?? 'gcc';

const TARGETS: Record<string, Target> = {
  executor: { out: 'executor', compiler: staticCompiler, flags: ['-O2', '-static', '-s'], sources: executorSources },
  launcher: { out: 'launcher', compiler: staticCompiler, flags: ['-Os', '-static', '-s'], sources: launcherSources },
  asan: {
    out: 'executor-asan',
    compiler: 'gcc',
    flags: [...SANITIZERS, '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    sources: executorSources,
  },
  fuzz: {
    out: 'fuzz-wire',
    compiler: 'clang',
    flags: [...SANITIZERS, '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
    sources: ['fuzz_wire.c', 'wire.c', 'text.c'],
  },
  'fuzz-unpack': {
    out: 'fuzz-unpack',
    compiler: 'clang',
    flags: [...SANITIZERS, '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
    sources: ['fuzz_unpack.c', 'unpack_wire.c'],
  },
  'fuzz-again': {
    out: 'fuzz-again',
    compiler: 'clang',
    flags: [...SANITIZERS, '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
    sources: ['fuzz_again.c', 'again_file.c', 'again_fill.c', 'again_table.c', 'text.c'],
  },
};

function run(command: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync([...command], {
    cwd: ROOT,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'pipe',
  });
  if (exitCode === 0) return;
  console.error(`build-native: ${command.join(' ')}: exit code ${exitCode}\n${stderr}`);
  process.exit(1);
}

const modified = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newestSource(): number {
  const headers = readdirSync(`${ROOT}native`).filter((name) => /\.[ch]$/.test(name) && !name.endsWith('.gen.h'));
  return Math.max(
    ...[
      ...headers.map((name) => `native/${name}`),
      'plan/ops.ts',
      'tools/gen-native-ops.ts',
      'tools/build-native.ts',
    ].map((path) => modified(ROOT + path)),
  );
}

function build({ out, compiler, flags, sources }: Target): void {
  if (modified(`${OUT}/${out}`) > newestSource()) return;
  run(['mkdir', '-p', OUT]);
  // Renamed into place: two builds at once, and a run during a build, see a whole program.
  const unfinished = `${OUT}/${out}.${process.pid}`;
  run([compiler, ...WARNINGS, ...flags, '-o', unfinished, ...sources.map((name) => `native/${name}`)]);
  renameSync(unfinished, `${OUT}/${out}`);
}

const wanted = process.argv[2] ?? 'executor';
const targets = wanted === 'all' ? Object.values(TARGETS) : [TARGETS[wanted]];
run([process.execPath, 'tools/gen-native-ops.ts']);
for (const target of targets) {
  if (target === undefined) {
    console.error(`build-native: unknown target "${wanted}", want executor, launcher, asan, fuzz or all`);
    process.exit(1);
  }
  build(target);
}
