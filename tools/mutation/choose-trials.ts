import { dirname } from 'node:path';
import type { SurveyedFile, Trial } from './drive.ts';
import type { PlacedMutant } from './scratch.ts';

/** For one mutant, by the survey's clock; where that leaves tests out, the report says so of a survivor. */
const MAX_TRIAL_MS = 2000;
/** As many mutants are tried to see one test fail, twice. */
const MOST_FOR_A_TEST = 12;
/** As many of each source beside a test are tried that runs while it is loaded. */
const MOST_FOR_A_SOURCE = 4;

interface Candidate {
  readonly file: string;
  readonly onLoad: boolean;
  readonly tests: number[];
  readonly ms: number;
  /** Tests that pass the place and are left out. */
  readonly omitted: number;
}

/** Which tests can tell of which mutant: those that pass its place, the quick ones first. */
export function planTrials(mutants: readonly PlacedMutant[], surveyed: readonly SurveyedFile[]): Trial[] {
  const candidates = new Map<number, Candidate[]>();
  for (const surveyedFile of surveyed) collect(surveyedFile, candidates);
  return mutants.flatMap(({ id, path }) => {
    const files = candidates.get(id);
    if (files === undefined) return [];
    const chosen = affordable(path, files);
    const isPartial = chosen.length < files.length || chosen.some(({ omitted }) => omitted > 0);
    return [{ id, files: chosen, ...(isPartial && { isPartial }) }];
  });
}

function collect({ file, reachedOnLoad, tests }: SurveyedFile, candidates: Map<number, Candidate[]>): void {
  const whole = new Set(reachedOnLoad);
  const usable = tests.map((test, at) => ({ ...test, at })).filter(({ failure }) => failure === undefined);
  const byMutant = new Map<number, { tests: number[]; ms: number; omitted: number }>();
  for (const { at, ms, reached } of usable.toSorted((a, b) => a.ms - b.ms)) {
    for (const id of reached) {
      const entry = byMutant.get(id) ?? { tests: [], ms: 0, omitted: 0 };
      // The first always; then as many as the time allows.
      if (entry.tests.length === 0 || entry.ms + ms <= MAX_TRIAL_MS) {
        entry.tests.push(at);
        entry.ms += ms;
      } else entry.omitted++;
      byMutant.set(id, entry);
    }
  }
  const add = (id: number, candidate: Candidate): void => {
    candidates.set(id, [...(candidates.get(id) ?? []), candidate]);
  };
  for (const [id, entry] of byMutant) if (!whole.has(id)) add(id, { file, onLoad: false, ...entry });
  const all = { tests: usable.map(({ at }) => at), ms: usable.reduce((sum, { ms }) => sum + ms, 0), omitted: 0 };
  if (all.tests.length > 0) for (const id of whole) add(id, { file, onLoad: true, ...all });
}

/** Of the test files the nearest, as far as the time goes. */
function affordable(path: string, files: readonly Candidate[]): Candidate[] {
  const distance = ({ file }: Candidate): number =>
    dirname(file) === dirname(path) ? 0 : file.split('/')[0] === path.split('/')[0] ? 1 : 2;
  const nearest = files.toSorted((a, b) => distance(a) - distance(b) || a.ms - b.ms);
  let ms = 0;
  return nearest.filter((candidate, at) => {
    ms += candidate.ms;
    return at === 0 || ms <= MAX_TRIAL_MS;
  });
}

/** The same order for the same seed, whatever else has changed. */
export function shuffle(trials: readonly Trial[], mutants: readonly PlacedMutant[], seed: string): Trial[] {
  const key = ({ id }: Trial): bigint => {
    const { path, start, change } = mutants[id]!;
    return BigInt(Bun.hash(`${seed} ${path} ${start} ${change}`));
  };
  const keyed = trials.map((trial) => ({ trial, key: key(trial) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ trial }) => trial);
}

/**
 * Trials to see every test fail once: for each those mutants that the fewest tests of its file reach, which is what it is
 * about, and then some from everywhere. They are in the order of the files, so that each is loaded once.
 */
export function trialsForTests(surveyed: readonly SurveyedFile[], mutants: readonly PlacedMutant[]): Trial[] {
  return surveyed.flatMap(({ file, tests, reachedOnLoad }) => {
    const chosen = new Map<number, number[]>();
    const reach = reachOf(tests);
    for (const [at, { failure, reached }] of tests.entries()) {
      if (failure !== undefined) continue;
      const own = reached
        .filter((id) => !isShared(mutants[id]!.path, file))
        .toSorted((a, b) => reach.get(a)! - reach.get(b)!);
      const step = Math.max(1, Math.ceil(own.length / MOST_FOR_A_TEST));
      const ids = new Set([...own.slice(0, MOST_FOR_A_TEST), ...own.filter((_, index) => index % step === 0)]);
      for (const id of ids) chosen.set(id, [...(chosen.get(id) ?? []), at]);
    }
    const usable = [...tests.keys()].filter((at) => tests[at]!.failure === undefined);
    const near = spread(reachedOnLoad.map((id) => mutants[id]!).filter(({ path }) => dirname(path) === dirname(file)));
    const trials = [...chosen].map(([id, tests]) => ({ id, forTests: true, files: [{ file, onLoad: false, tests }] }));
    return [
      ...trials,
      ...near.map(({ id }) => ({ id, forTests: true, files: [{ file, onLoad: true, tests: usable }] })),
    ];
  });
}

/** Some of each source, from all over it. */
function spread(mutants: readonly PlacedMutant[]): readonly PlacedMutant[] {
  return [...Map.groupBy(mutants, ({ path }) => path).values()].flatMap((own) => {
    const step = Math.max(1, Math.ceil(own.length / MOST_FOR_A_SOURCE));
    return own.filter((_, at) => at % step === 0);
  });
}

/** What nearly every message passes tells nothing of a test. */
function isShared(path: string, file: string): boolean {
  return path.startsWith('base/') && !file.startsWith('base/');
}

function reachOf(tests: SurveyedFile['tests']): Map<number, number> {
  const reach = new Map<number, number>();
  for (const { reached } of tests) for (const id of reached) reach.set(id, (reach.get(id) ?? 0) + 1);
  return reach;
}
