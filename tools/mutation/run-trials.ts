import type { Answer, SurveyedFile, Trial } from './drive.ts';
import { startDriver } from './scratch.ts';

/** The driver is silent for this long: a mutant without an end, which the count of calls did not see. */
const SILENT_MS = 300_000;

export interface Outcomes {
  /** By mutant: the tests that failed on it; none for a survivor. */
  readonly killedBy: Map<number, readonly string[]>;
  readonly seenToFail: Set<string>;
}

/** Asks the driver which test passes which mutant's place. */
export async function surveyTests(root: string, count: number, files: readonly string[]): Promise<SurveyedFile[]> {
  const driver = await startDriver(root, 'survey', { count, files });
  const surveyed: SurveyedFile[] = [];
  for await (const answer of answers(driver.stdout)) if ('reachedOnLoad' in answer) surveyed.push(answer);
  if ((await driver.exited) !== 0 || surveyed.length < files.length)
    throw new Error(`cannot survey "${files[surveyed.length]}": ${await Bun.file(`${root}/driver.log`).text()}`);
  return surveyed;
}

/** Tries the mutants in order until `deadline`, with a new driver after one that a mutant took along. */
export async function runTrials(
  root: string,
  count: number,
  surveyed: readonly SurveyedFile[],
  trials: readonly Trial[],
  deadline: number,
  outcomes: Outcomes,
): Promise<void> {
  const calls = Object.fromEntries(surveyed.map(({ file, tests }) => [file, tests.map((test) => test.calls)]));
  let left = trials;
  while (left.length > 0 && Date.now() < deadline) {
    const seenToFail = [...outcomes.seenToFail];
    const driver = await startDriver(root, 'try', { count, trials: left, seenToFail, calls });
    const { ended, at } = await follow(driver, left, deadline, outcomes);
    driver.kill('SIGKILL');
    await driver.exited;
    if (ended === 0 && at === undefined)
      throw new Error(`the driver tried nothing: ${await Bun.file(`${root}/driver.log`).text()}`);
    if (at !== undefined && Date.now() < deadline) note(left[at.begin]!, [at.test], outcomes);
    left = left.slice(at === undefined ? ended : at.begin + 1);
  }
}

function note({ id, forTests }: Trial, killedBy: readonly string[], outcomes: Outcomes): void {
  // Chosen to be noticed: they say nothing of the rest.
  if (!forTests) outcomes.killedBy.set(id, killedBy);
  for (const test of killedBy) outcomes.seenToFail.add(test);
}

/** Reads until the driver ends, is silent or out of time: how many trials ended, and what it was at then. */
async function follow(
  driver: Awaited<ReturnType<typeof startDriver>>,
  trials: readonly Trial[],
  deadline: number,
  outcomes: Outcomes,
) {
  let at: { begin: number; test: string } | undefined;
  let ended = 0;
  let silence = setTimeout(() => driver.kill('SIGKILL'), SILENT_MS);
  for await (const answer of answers(driver.stdout)) {
    clearTimeout(silence);
    silence = setTimeout(() => driver.kill('SIGKILL'), SILENT_MS);
    if ('begin' in answer) at = answer;
    else if ('end' in answer) {
      note(trials[answer.end]!, answer.killedBy, outcomes);
      at = undefined;
      ended = answer.end + 1;
      if (Date.now() >= deadline) break;
    }
  }
  clearTimeout(silence);
  return { ended, at };
}

async function* answers(stream: ReadableStream<Uint8Array>): AsyncGenerator<Answer> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop()!;
    // What a test prints stands between the answers.
    for (const line of lines) if (line.startsWith('{"')) yield JSON.parse(line) as Answer;
  }
}
