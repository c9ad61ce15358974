/**
 * Fuzzes the reader of plans for a bounded number of runs: `bun tools/fuzz-native.ts [RUNS]`, 200000 unless said.
 * The seeds are made here, one plan for each operation, so that every opcode's arguments are reached from the
 * start. Exits 1 with libFuzzer's report where an input crashes it; the input stays in build/native.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OPS, type ArgKind, type Op, type OpName } from '../plan/ops.ts';
import { encodePlan } from '../plan/wire.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES: Record<ArgKind, unknown> = {
  slot: 63,
  text: '/proc/self',
  list: ['0', '1000'],
  int: -1,
  octal: 0o755,
  hex: 0xffff_ffff_ffff_ffffn,
  flag: true,
  blob: new Uint8Array([6, 0, 0, 0, 0, 0, 0xff, 0x7f]),
};

/** An operation with an example for each argument, where the text is not. */
export function exampleOp(name: OpName): Op {
  const args = Object.entries(OPS[name]).map(([arg, kind]) => [arg, EXAMPLES[kind as ArgKind]]);
  return { op: name, stage: 'host', because: '', ...Object.fromEntries(args) } as Op;
}

if (import.meta.main) {
  const runs = Number(process.argv[2] ?? 200_000);
  const build = Bun.spawnSync([process.execPath, 'tools/build-native.ts', 'fuzz'], {
    cwd: ROOT,
    stdout: 'inherit',
    stderr: 'inherit',
  });
  if (build.exitCode !== 0) process.exit(1);
  const corpus = mkdtempSync('/tmp/limpid-fuzz-');
  const names = Object.keys(OPS) as OpName[];
  for (const name of names) writeFileSync(`${corpus}/${name}`, encodePlan([exampleOp(name)]));
  writeFileSync(`${corpus}/all`, encodePlan(names.map(exampleOp)));
  mkdirSync(`${ROOT}build/native`, { recursive: true });
  const fuzz = Bun.spawnSync(
    [
      'build/native/fuzz-wire',
      `-runs=${runs}`,
      '-seed=1',
      '-max_len=8192',
      '-print_final_stats=1',
      '-artifact_prefix=build/native/',
      corpus,
    ],
    { cwd: ROOT, stdout: 'pipe', stderr: 'pipe' },
  );
  rmSync(corpus, { recursive: true });
  const report = fuzz.stderr.toString().trimEnd().split('\n');
  console.log(
    fuzz.exitCode === 0
      ? report.filter((line) => line.startsWith('stat::') || line.startsWith('Done')).join('\n')
      : report.join('\n'),
  );
  process.exit(fuzz.exitCode === 0 ? 0 : 1);
}
