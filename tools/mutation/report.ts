import { formatTable } from '../../base/table.ts';
import type { SurveyedFile, Trial } from './drive.ts';
import type { Outcomes } from './run-trials.ts';
import type { PlacedMutant } from './scratch.ts';

/** A line a room for people, and every survivor and every test that never failed for those who mend. */
export function reportOf(
  mutants: readonly PlacedMutant[],
  surveyed: readonly SurveyedFile[],
  trials: readonly Trial[],
  { killedBy, seenToFail }: Outcomes,
): { text: string; details: string } {
  const reached = new Map(trials.map((trial) => [trial.id, trial]));
  const rooms = [...new Set(mutants.map(({ path }) => path.split('/')[0]!))];
  const tests = surveyed.flatMap(({ file, tests }) =>
    tests.map(({ name, failure }, at) => ({ file, name, failure, seen: seenToFail.has(`${file} ${at}`) })),
  );
  const rows = rooms.map((room) => {
    const own = mutants.filter(({ path }) => path.startsWith(`${room}/`));
    const tried = own.filter(({ id }) => killedBy.has(id));
    const killed = tried.filter(({ id }) => killedBy.get(id)!.length > 0);
    const share = tried.length === 0 ? '' : `${Math.round((100 * killed.length) / tried.length)}%`;
    const passed = own.filter(({ id }) => reached.has(id));
    const ownTests = tests.filter(({ file }) => file.startsWith(`${room}/`));
    const unseen = ownTests.filter(({ seen, failure }) => !seen && failure === undefined);
    return [room, own.length, passed.length, tried.length, killed.length, share, ownTests.length, unseen.length].map(
      String,
    );
  });
  const head = ['ROOM', 'MUTANTS', 'REACHED', 'TRIED', 'KILLED', 'SCORE', 'TESTS', 'NEVER FAILED'];
  const survivors = mutants.filter(({ id }) => killedBy.get(id)?.length === 0);
  const details = [
    ...tests
      .filter(({ failure }) => failure !== undefined)
      .map((test) => `fails here anyway: ${test.file}: ${test.name}: ${test.failure!.split('\n')[0]}`),
    ...tests
      .filter(({ seen, failure }) => !seen && failure === undefined)
      .map(({ file, name }) => `never failed: ${file}: ${name}`),
    ...survivors.map(
      ({ id, path, line, change }) =>
        `${reached.get(id)!.isPartial ? 'survived the quick tests' : 'survived'}: ${path}:${line}: ${change}`,
    ),
  ];
  return { text: formatTable([head, ...rows]), details: `${details.join('\n')}\n` };
}
