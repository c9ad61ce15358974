import { dirname } from 'node:path';
import type { SurveyedFile, Trial } from './drive.ts';
import type { PlacedMutant } from './scratch.ts';

/** A mutant that no test kills in this time, by the survey's clock, is taken for a survivor. */
const MAX_TRIAL_MS = 500;

interface Candidate {
  readonly file: string;
  readonly onLoad: boolean;
  readonly tests: number[];
  readonly ms: number;
}

/** Which tests can tell of which mutant: those that pass its place, the quick ones first. */
export function planTrials(mutants: readonly PlacedMutant[], surveyed: readonly SurveyedFile[]): Trial[] {
  const candidates = new Map<number, Candidate[]>();
  for (const surveyedFile of surveyed) collect(surveyedFile, candidates);
  return mutants.flatMap(({ id, path }) => {
    const files = candidates.get(id);
    return files === undefined ? [] : [{ id, files: affordable(path, files) }];
  });
}

function collect({ file, reachedOnLoad, tests }: SurveyedFile, candidates: Map<number, Candidate[]>): void {
  const whole = new Set(reachedOnLoad);
  const usable = tests.map((test, at) => ({ ...test, at })).filter(({ failure }) => failure === undefined);
  const byMutant = new Map<number, { tests: number[]; ms: number }>();
  for (const { at, ms, reached } of usable.toSorted((a, b) => a.ms - b.ms)) {
    for (const id of reached) {
      const entry = byMutant.get(id) ?? { tests: [], ms: 0 };
      // The first always; then as many as the time allows.
      if (entry.tests.length === 0 || entry.ms + ms <= MAX_TRIAL_MS) entry.tests.push(at);
      entry.ms += ms;
      byMutant.set(id, entry);
    }
  }
  const add = (id: number, candidate: Candidate): void => {
    candidates.set(id, [...(candidates.get(id) ?? []), candidate]);
  };
  for (const [id, entry] of byMutant) if (!whole.has(id)) add(id, { file, onLoad: false, ...entry });
  const all = { tests: usable.map(({ at }) => at), ms: usable.reduce((sum, { ms }) => sum + ms, 0) };
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

/** For tests that have failed on no mutant yet: those that only few tests reach, which is what they are about. */
export function trialsFor(tests: ReadonlySet<string>, untried: readonly Trial[], most: number): Trial[] {
  const left = new Map([...tests].map((test) => [test, most]));
  const reach = ({ files }: Trial): number => files.reduce((sum, { tests }) => sum + tests.length, 0);
  const chosen: Trial[] = [];
  for (const trial of untried.toSorted((a, b) => reach(a) - reach(b))) {
    const files = trial.files
      .map((entry) => ({ ...entry, tests: entry.tests.filter((at) => (left.get(`${entry.file} ${at}`) ?? 0) > 0) }))
      .filter(({ tests }) => tests.length > 0);
    if (files.length === 0) continue;
    for (const { file, tests } of files)
      for (const at of tests) left.set(`${file} ${at}`, left.get(`${file} ${at}`)! - 1);
    chosen.push({ id: trial.id, files: trial.files });
  }
  return chosen;
}
