import { expect, test } from 'bun:test';
import { commandLine } from './command.ts';
import { failure } from './sample.fixture.ts';

const IMAGE = { entrypoint: ['/entry'], command: ['serve'] };
const config = (command: string[], entrypoint?: string[], init = false) => ({
  image: 'demo',
  command,
  init,
  ...(entrypoint === undefined ? {} : { entrypoint }),
});

test('entrypoint and command merge as with Docker', () => {
  expect(commandLine(config([]), IMAGE)).toEqual(['/entry', 'serve']);
  expect(commandLine(config(['other']), IMAGE)).toEqual(['/entry', 'other']);
  expect(commandLine(config(['x'], ['/mine', '-v']), IMAGE)).toEqual(['/mine', '-v', 'x']);
  expect(commandLine(config([], ['/mine']), IMAGE)).toEqual(['/mine']);
  expect(commandLine(config(['ls'], ['']), IMAGE)).toEqual(['ls']);
  expect(commandLine(config(['ls'], []), IMAGE)).toEqual(['ls']);
});

test('--init comes first', () => {
  expect(commandLine(config(['ls'], undefined, true), {})).toEqual(['/run/limpid-init', '--', 'ls']);
});

test('no command', () => {
  const message =
    'ENOCOMMAND: cannot run "demo": no command or entrypoint was given, and the image has none ' +
    '(hint: write the command behind the image)';
  expect(failure(() => commandLine(config([]), {}))).toBe(message);
  expect(failure(() => commandLine(config([], ['']), IMAGE))).toBe(message);
});
