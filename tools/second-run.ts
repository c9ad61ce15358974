import type { TestOutcome } from './junit.ts';

/** The files with a failed test, each once. */
export function filesToRepeat(outcomes: readonly TestOutcome[]): string[] {
  return [...new Set(outcomes.filter(hasFailed).map(({ file }) => file))];
}

/** The outcomes of a run, with those of the repeated files as the second run has them. */
export function replaceOutcomes(
  first: readonly TestOutcome[],
  repeated: readonly string[],
  second: readonly TestOutcome[],
): TestOutcome[] {
  return [...first.filter(({ file }) => !repeated.includes(file)), ...second];
}

/** What each test that failed at first, and then not, had said. */
export function tellUnsteady(first: readonly TestOutcome[], second: readonly TestOutcome[]): string[] {
  const stillFailing = new Set(second.filter(hasFailed).map(identity));
  return first
    .filter((outcome) => hasFailed(outcome) && !stillFailing.has(identity(outcome)))
    .flatMap(({ file, name, message }) => [
      `UNSTEADY, failed and then passed alone: ${file}: ${name}`,
      ...message.split('\n').slice(0, 6),
    ]);
}

function hasFailed({ outcome }: TestOutcome): boolean {
  return outcome === 'failed';
}

function identity({ file, name }: TestOutcome): string {
  return `${file}: ${name}`;
}
