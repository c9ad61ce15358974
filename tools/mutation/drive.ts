/**
 * Runs in the scratch clone, where the sources are instrumented and `bun:test` is stand-in.ts.
 *   survey  which test passes which mutant's place
 *   try     each of the named mutants against the tests that pass its place
 * Answers are lines of JSON on stdout.
 */
import fc from 'fast-check';
import { collectTests, type KeptTest } from './stand-in.ts';
import { installSwitch, type MutantSwitch } from './switch.ts';

/** What a test passes while no mutant is on. */
export interface SurveyedTest {
  readonly name: string;
  /** Of the processor: what the machine is doing besides does not count. */
  readonly ms: number;
  readonly calls: number;
  readonly reached: readonly number[];
  /** Why it can be of no use here: it fails without any mutant. */
  readonly failure?: string;
}

export interface SurveyedFile {
  readonly file: string;
  /** What is passed while the file is loaded: a table's rows, a default. */
  readonly reachedOnLoad: readonly number[];
  readonly tests: readonly SurveyedTest[];
}

export interface Trial {
  readonly id: number;
  /** To see tests fail, and not to learn whether the mutant survives: those that have failed already are left out. */
  readonly forTests?: boolean;
  /** Not all tests that pass its place are tried. */
  readonly isPartial?: boolean;
  readonly files: readonly { readonly file: string; readonly onLoad: boolean; readonly tests: readonly number[] }[];
}

export interface Trials {
  readonly count: number;
  readonly trials: readonly Trial[];
  /** `FILE NUMBER` of the tests that have failed on some mutant already. */
  readonly seenToFail: readonly string[];
  /** Calls that each of these tests makes without a mutant. */
  readonly calls: Readonly<Record<string, readonly number[]>>;
}

export type Answer =
  /** The numbers are places in the list of trials. */
  | { readonly begin: number; readonly test: string }
  | { readonly end: number; readonly killedBy: readonly string[] }
  | SurveyedFile;

const HANG_MS = 60_000;
const MOST_CALLS_ON_LOAD = 5_000_000;

const say = (answer: Answer): void => console.log(JSON.stringify(answer));

/** Loads a test file with everything that it imports anew. */
function loadTests(root: string, file: string): Promise<readonly KeptTest[]> {
  for (const path of Object.keys(require.cache)) {
    if (path.startsWith(root) && !path.startsWith(`${root}/tools/mutation/`) && !path.includes('/node_modules/'))
      delete require.cache[path];
  }
  return collectTests(() => import(`${root}/${file}`));
}

async function failureOf(kept: KeptTest): Promise<string | undefined> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no end')), HANG_MS);
  });
  try {
    await Promise.race([kept.run(), late]);
    return undefined;
  } catch (error) {
    return String(error instanceof Error ? error.message : error);
  } finally {
    clearTimeout(timer);
  }
}

async function survey(root: string, mutants: MutantSwitch, files: readonly string[]): Promise<void> {
  for (const file of files) {
    mutants.turn(-1);
    const tests = await loadTests(root, file).catch((error: unknown) => String(error));
    if (typeof tests === 'string') {
      const failure = `the file does not load: ${tests}`;
      say({ file, reachedOnLoad: [], tests: [{ name: '', ms: 0, calls: 0, reached: [], failure }] });
      continue;
    }
    const reachedOnLoad = mutants.reached();
    const surveyed: SurveyedTest[] = [];
    for (const kept of tests) {
      mutants.turn(-1);
      const before = process.cpuUsage();
      const failure = await failureOf(kept);
      const { user, system } = process.cpuUsage(before);
      const ms = (user + system) / 1000;
      const about = { name: kept.name, ms, calls: mutants.calls(), reached: mutants.reached() };
      surveyed.push(failure === undefined ? about : { ...about, failure });
    }
    say({ file, reachedOnLoad, tests: surveyed });
  }
}

async function tryMutants(root: string, mutants: MutantSwitch, orders: Trials): Promise<void> {
  const seen = new Set(orders.seenToFail);
  const warm = new Map<string, readonly KeptTest[]>();
  const loaded = async (file: string): Promise<readonly KeptTest[]> => {
    const tests = warm.get(file) ?? (await loadTests(root, file));
    warm.set(file, tests);
    return tests;
  };
  for (const [begin, { id, files, forTests }] of orders.trials.entries()) {
    const killedBy: string[] = [];
    for (const { file, onLoad, tests } of files) {
      // Once a mutant is dead, only tests that have not failed yet are of interest.
      const isWanted = (at: number): boolean => !seen.has(`${file} ${at}`) || !(forTests || killedBy.length > 0);
      if (!tests.some(isWanted)) continue;
      say({ begin, test: file });
      mutants.turn(onLoad ? id : -1, onLoad ? MOST_CALLS_ON_LOAD : Infinity);
      const kept = await (onLoad ? loadTests(root, file) : loaded(file)).catch(() => undefined);
      if (kept === undefined) {
        killedBy.push(file);
        continue;
      }
      for (const at of tests.filter(isWanted)) {
        if (!isWanted(at)) continue;
        const name = `${file} ${at}`;
        say({ begin, test: name });
        mutants.turn(id, 20 * orders.calls[file]![at]! + 1_000_000);
        if ((await failureOf(kept[at]!)) === undefined) continue;
        killedBy.push(name);
        seen.add(name);
        // What a module remembers of the mutant would make every later test of this process fail.
        mutants.turn(-1);
        if (!onLoad && (await failureOf(kept[at]!)) !== undefined) {
          warm.delete(file);
          break;
        }
      }
    }
    say({ end: begin, killedBy });
  }
}

if (import.meta.main) {
  const [mode, root] = process.argv.slice(2) as [string, string];
  // The same values each time; and the first counter-example is as good as the shortest.
  fc.configureGlobal({ seed: 1, endOnFailure: true });
  process.on('unhandledRejection', () => {});
  const orders = await Bun.file(`${root}/orders.json`).json();
  const mutants = installSwitch(orders.count);
  await (mode === 'survey' ? survey(root, mutants, orders.files) : tryMutants(root, mutants, orders));
  process.exit(0);
}
