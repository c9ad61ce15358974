/**
 * Fuzzes the readers of plans, of an archive's records and of kept files for a bounded number of runs each:
 * `bun tools/fuzz-native.ts [RUNS]`, 200000 unless said. The seeds are made here, one plan for each operation and one
 * record of each kind, so that every opcode's arguments are reached from the start. Exits 1 with libFuzzer's report where an input crashes it; the input stays in build/native.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BLANK, encodePieces, u32 } from '../engine/kept/blanks.ts';
import { OPS, type ArgKind, type Op, type OpName } from '../plan/ops.ts';
import { encodeRecord, RECORD_BYTES, UNPACK, type UnpackKind } from '../plan/unpack-records.ts';
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

/** One record of each kind, and all of them behind each other. */
function unpackSeeds(): Map<string, Uint8Array> {
  const [path, text] = ['usr/bin/x', 'some text'];
  const seeds = new Map<string, Uint8Array>();
  for (const kind of Object.keys(UNPACK) as UnpackKind[]) {
    const own = ['symlink', 'link', 'data', 'xattr'].includes(kind) ? text : '';
    const bytes = Buffer.alloc(RECORD_BYTES + path.length + own.length);
    encodeRecord(new DataView(bytes.buffer, bytes.byteOffset), 0, kind, path.length, own.length, { mode: 0o755 });
    bytes.write(path + own, RECORD_BYTES);
    seeds.set(kind, bytes);
  }
  return seeds.set('all', Buffer.concat([...seeds.values()]));
}

/** A text, a number and a part with every piece, as they follow each other in a kept file; and a table. */
function againSeeds(): Map<string, Uint8Array> {
  const pieces = encodePieces([Buffer.from('op'), '(', Buffer.from('/run/'), ...Object.values(BLANK), ')', 'n']);
  const one = Buffer.concat([Buffer.from(['text', '7', ''].join('\0')), u32(pieces.length), pieces]);
  const table = [
    '1',
    '60',
    '1',
    '0',
    ' seconds',
    '12',
    '2',
    '2',
    '1',
    'web',
    '',
    '',
    'Up ',
    '1767323220000',
    ' more',
    '',
  ];
  return new Map([
    ['one', one],
    ['two', Buffer.concat([one, one])],
    ['table', Buffer.from(table.join('\0'))],
  ]);
}

function planSeeds(): Map<string, Uint8Array> {
  const names = Object.keys(OPS) as OpName[];
  const seeds = new Map(names.map((name) => [name as string, encodePlan([exampleOp(name)])]));
  return seeds.set('all', encodePlan(names.map(exampleOp)));
}

/** Ends the program where the fuzzer finds something. */
function fuzz(target: string, program: string, seeds: ReadonlyMap<string, Uint8Array>, runs: number): void {
  const stdio = { cwd: ROOT, stdout: 'inherit', stderr: 'inherit' } as const;
  if (Bun.spawnSync([process.execPath, 'tools/build-native.ts', target], stdio).exitCode !== 0) process.exit(1);
  const corpus = mkdtempSync('/tmp/limpid-fuzz-');
  for (const [name, bytes] of seeds) writeFileSync(`${corpus}/${name}`, bytes);
  const options = [`-runs=${runs}`, '-seed=1', '-max_len=8192', '-print_final_stats=1'];
  const { exitCode, stderr } = Bun.spawnSync(
    [`build/native/${program}`, ...options, '-artifact_prefix=build/native/', corpus],
    { cwd: ROOT, stdout: 'pipe', stderr: 'pipe' },
  );
  rmSync(corpus, { recursive: true });
  const report = stderr.toString().trimEnd().split('\n');
  const told = exitCode === 0 ? report.filter((line) => line.startsWith('stat::') || line.startsWith('Done')) : report;
  console.log([program, ...told].join('\n'));
  if (exitCode !== 0) process.exit(1);
}

if (import.meta.main) {
  const runs = Number(process.argv[2] ?? 200_000);
  mkdirSync(`${ROOT}build/native`, { recursive: true });
  fuzz('fuzz', 'fuzz-wire', planSeeds(), runs);
  fuzz('fuzz-unpack', 'fuzz-unpack', unpackSeeds(), runs);
  fuzz('fuzz-again', 'fuzz-again', againSeeds(), runs);
}
