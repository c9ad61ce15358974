import { expect, test } from 'bun:test';
import { parseSignal, signalName } from './signal.ts';

test('every way to write a signal', () => {
  const cases: [string, number | undefined][] = [
    ['SIGTERM', 15],
    ['TERM', 15],
    ['term', 15],
    ['sigkill', 9],
    ['15', 15],
    ['64', 64],
    ['IOT', 6],
    ['CLD', 17],
    ['SIGRTMIN', 34],
    ['SIGRTMIN+3', 37],
    ['RTMIN+30', 64],
    ['RTMAX', 64],
    ['rtmax-1', 63],
    ['SIGRTMAX-30', 34],
    ['0', undefined],
    ['65', undefined],
    ['', undefined],
    ['SIG', undefined],
    ['SIGSIGTERM', undefined],
    ['-9', undefined],
    ['+9', undefined],
    ['9 ', undefined],
    ['1e1', undefined],
    ['RTMIN+31', undefined],
    ['RTMAX+1', undefined],
    ['RTMIN-1', undefined],
    ['toString', undefined],
  ];
  for (const [text, signal] of cases) expect([text, parseSignal(text)]).toEqual([text, signal]);
});

test('names, of which the usual one wins over its alias', () => {
  expect([6, 9, 17, 29, 34, 35, 64].map(signalName)).toEqual([
    'SIGABRT',
    'SIGKILL',
    'SIGCHLD',
    'SIGIO',
    'SIGRTMIN',
    'SIGRTMIN+1',
    'SIGRTMAX',
  ]);
  expect(signalName(32)).toBe('32');
});

test('law: every signal is found again by its name', () => {
  for (let signal = 1; signal <= 64; signal++) expect(parseSignal(signalName(signal))).toBe(signal);
});
