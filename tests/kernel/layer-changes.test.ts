/** What `diff` says of two stacks of layers, beside what the kernel shows of both. */
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { changesBetween, isCopyOf, isLike, type Change } from '../../engine/images/changes-between.ts';
import { atTheEnd } from '../at-the-end.ts';

const directory = mkdtempSync('/tmp/limpid-changes-');
atTheEnd(() => rmSync(directory, { recursive: true, force: true }));

/** Layers as the kernel makes them: what is done in an overlay stays in its upper directory. */
const FUNCTIONS = `
layer() { # NAME BELOW COMMANDS
  mkdir "$1" work merged
  mount -t overlay -o "lowerdir=$2,upperdir=$1,workdir=work" overlay merged
  (cd merged; eval "$3") 2>/dev/null || :
  umount merged; rm -r work merged
}
show() { # LAYERS
  mkdir merged
  mount -t overlay -o "lowerdir=$1" overlay merged
  find merged -mindepth 1 '(' -type d -printf '%P %y %m\\n' ')' -o -printf '%P %y %m %T@ %s %l\\n'
  umount merged; rmdir merged
}
mkdir empty
`;

const STEPS = ['mkdir -p', 'touch', 'echo x >', 'rm -rf', 'chmod 700', 'ln -sn up', 'chmod 755', 'renew'];
const path = fc.array(fc.constantFrom('a', 'b', 'run'), { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const step = fc
  .tuple(fc.constantFrom(...STEPS), path)
  .map(([verb, place]) => (verb === 'renew' ? `rm -rf ${place}; mkdir ${place}` : `${verb} ${place}`));
const steps = fc.array(step, { maxLength: 8 }).map((list) => list.join('\n'));

test('law: the changes between two stacks are those that their overlays show', () => {
  fc.assert(fc.property(fc.tuple(steps, steps, steps, steps, steps), checkStacks), { numRuns: 40 });
}, 300_000);

test('a directory of a pulled layer hides a file below it, without a word of overlayfs', () => {
  const [below, above, other] = ['below', 'above', 'other'].map((name) => `${directory}/${name}`) as [
    string,
    string,
    string,
  ];
  mkdirSync(below);
  writeFileSync(`${below}/x`, 'file');
  mkdirSync(`${above}/x`, { recursive: true });
  writeFileSync(`${above}/x/y`, '');
  mkdirSync(other);
  const eyes = { isOwn: () => false, ways: new Set<string>(), isSame: isLike };
  expect(changesBetween([other, below], [above, below], eyes)).toEqual([
    { kind: 'changed', path: '/x' },
    { kind: 'added', path: '/x/y' },
  ]);
  expect(changesBetween([above, below], [other, below], eyes)).toEqual([{ kind: 'changed', path: '/x' }]);
});

/** Two layers below both stacks, two more of one, one more of the other. */
function checkStacks([one, two, three, four, five]: readonly string[]): void {
  const place = mkdtempSync(`${directory}/case-`);
  const script = `cd "$1"; shift\n${FUNCTIONS}
layer 1 empty "$1"; layer 2 1 "$2"; layer 3 2:1 "$3"; layer 4 3:2:1 "$4"; layer 5 2:1 "$5"
show 4:3:2:1:empty >shown-4; show 3:2:1:empty >shown-3; show 5:2:1:empty >shown-5`;
  const commands = [one!, two!, three!, four!, five!];
  const words = ['unshare', '--mount', 'sh', '-euc', script, 'sh', place, ...commands];
  const { exitCode, stderr } = Bun.spawnSync(words, { stdin: 'ignore' });
  expect([stderr.toString(), exitCode]).toEqual(['', 0]);
  const stack = (...names: number[]) => names.map((name) => `${place}/${name}`);
  const shown = (name: number) => shownFiles(readFileSync(`${place}/shown-${name}`, 'utf8'));
  const [isOwn, ways] = [() => false, new Set(['run'])];
  const [from, to] = [stack(4, 3, 2, 1), stack(5, 2, 1)];
  expect(changesBetween(from, to, { isOwn, ways, isSame: isLike })).toEqual(expectedChanges(shown(4), shown(5)));
  expect(changesBetween(to, from, { isOwn, ways, isSame: isLike })).toEqual(expectedChanges(shown(5), shown(4)));
  // Whatever the topmost layer has was written, also where it is as before.
  const written = changesBetween(from.slice(1), from, { isOwn, ways, isSame: isCopyOf });
  expect(written).toEqual(expect.arrayContaining(expectedChanges(shown(3), shown(4))));
  rmSync(place, { recursive: true });
}

/** What find(1) says of each file, by path. */
function shownFiles(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

/** By a walk of both trees. */
function expectedChanges(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): Change[] {
  const kinds = new Map<string, Change['kind']>();
  for (const [file, status] of to) if (from.get(file) !== status) kinds.set(file, from.has(file) ? 'changed' : 'added');
  for (const file of from.keys()) {
    const parent = file.slice(0, Math.max(0, file.lastIndexOf('/')));
    if (!to.has(file) && (parent === '' || to.get(parent)?.startsWith('d'))) kinds.set(file, 'deleted');
  }
  for (const file of [...kinds.keys()])
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1))
      if (!kinds.has(file.slice(0, at))) kinds.set(file.slice(0, at), 'changed');
  const paths = [...kinds.keys()].toSorted((a, b) => (a.replaceAll('/', '\0') < b.replaceAll('/', '\0') ? -1 : 1));
  // An empty directory on the way to what the engine mounts is no change.
  const isEmpty = (file: string) => ![...from.keys(), ...to.keys()].some((other) => other.startsWith(`${file}/`));
  const isDirectory = (file: string) => (to.get(file) ?? from.get(file))!.startsWith('d');
  return paths
    .filter((file) => file !== 'run' || kinds.get(file) === 'changed' || !isDirectory(file) || !isEmpty(file))
    .map((file) => ({ kind: kinds.get(file)!, path: `/${file}` }));
}
