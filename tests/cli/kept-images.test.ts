/** The same `images` again: told by the launcher where no image has come, gone or been named. */
import { expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { tar } from '../image-archive.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';
import { until } from './until.ts';

const { directory, says, limpidWith } = privateWorld();

/** Whether these words are answered by the launcher now; says them once more. */
async function isKept(words: readonly string[]): Promise<boolean> {
  return (await limpidWith({ env: { LIMPID_TRACE: '1' } }, ...words)).err.includes('kept answer found');
}

const withoutAges = (text: string): string =>
  text.replaceAll(/(?:\d+|About an?|Less than a) (?:second|minute)s?/g, '*').replaceAll(/ +/g, ' ');

/** What the words come to when nobody keeps them: the order is the usual one. */
const wholeWay = ([command, ...rest]: readonly string[]) => says(command!, '--sort=created', ...rest);

test.each([[['images']], [['images', '--digests', '--no-trunc', '-n']], [['images', '-q']]])(
  'after each change %p tells it',
  async (words) => {
    writeFileSync(`${directory}/files.tar`, tar([{ path: words.join('').replaceAll('-', ''), data: 'x' }]));
    const imported = () => says('import', '-q', `${directory}/files.tar`, 'made:1');
    const changes: readonly (readonly [string, () => unknown])[] = [
      ['the first', () => says('pull', '-q', BUSYBOX)],
      ['a newcomer', imported],
      ['a name', () => says('tag', 'made:1', 'made:2')],
      ['a name less', () => says('untag', 'made:2', 'made:2')],
      ['one less', () => says('rmi', 'made:1')],
      ['none', () => says('rmi', '--all')],
    ];
    for (const [what, change] of changes) {
      await until(`"${words.join(' ')}" is kept`, () => isKept(words));
      const before = withoutAges(await says(...words));
      await change();
      const now = withoutAges(await says(...words));
      expect({ what, now }).toEqual({ what, now: withoutAges(await wholeWay(words)) });
      // Ids alone do not tell names.
      if (!words.includes('-q') || !what.includes('name')) expect({ what, now }).not.toEqual({ what, now: before });
    }
  },
);

test('ages go on, and laid out it is the same to a byte', async () => {
  await says('pull', '-q', BUSYBOX);
  writeFileSync(`${directory}/files.tar`, tar([{ path: 'aging', data: 'x' }]));
  await says('import', '-q', `${directory}/files.tar`, 'a/longer/name/than/others:1');
  await until('it is kept', () => isKept(['images']));
  // While both are said, a second may pass.
  await until('both say the same', async () => (await says('images')) === (await wholeWay(['images'])));
  const seconds = async () => Number(/(\d+) seconds? ago/.exec(await says('images'))?.[1] ?? 0);
  const first = await seconds();
  await until('it is older', async () => (await seconds()) > first);
  expect(await isKept(['images'])).toBe(true);
});

test('other words, and other eyes, go the whole way', async () => {
  for (const words of [
    ['images', '--format', '{{.ID}}'],
    ['images', '--filter', 'dangling=false'],
    ['images', 'busybox'],
  ]) {
    const told = await says(...words);
    for (let time = 0; time < 3; time++) expect({ words, kept: await isKept(words) }).toEqual({ words, kept: false });
    expect(withoutAges(await says(...words))).toBe(withoutAges(told));
  }
});

test('a damaged list is told of, kept or not', async () => {
  await until('it is kept', () => isKept(['images']));
  const index = `${directory}/root/images/index.json`;
  const whole = readFileSync(index);
  writeFileSync(index, '{');
  const { code, err } = await limpidWith({}, 'images');
  expect([code, err]).toEqual([125, expect.stringContaining('it is damaged')]);
  writeFileSync(index, whole);
  expect(await says('images', '-q')).toBe(await wholeWay(['images', '-q']));
});
