import { expect, test } from 'bun:test';
import { environment } from './env.ts';
import { Reasons } from './reasons.ts';
import { failure } from './sample.fixture.ts';

const BASE = { image: [], config: {}, unset: [], terminal: false, home: '/root', hostname: 'box' };
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const env = (changes: object) => environment({ ...BASE, ...changes }, new Reasons({}));

test('defaults', () => {
  expect(env({})).toEqual([PATH, 'container=limpid', 'HOME=/root', 'HOSTNAME=box']);
  expect(env({ terminal: true })).toEqual([PATH, 'TERM=xterm', 'container=limpid', 'HOME=/root', 'HOSTNAME=box']);
});

test('the config wins over the image, which wins over the defaults', () => {
  expect(env({ image: ['PATH=/bin', 'A=1', 'B=x=y'], config: { A: '2', HOME: '/h', EMPTY: '' } })).toEqual([
    'PATH=/bin',
    'container=limpid',
    'A=2',
    'B=x=y',
    'HOME=/h',
    'EMPTY=',
    'HOSTNAME=box',
  ]);
});

test('defaults and variables of the image can be left out, those of the user stay', () => {
  expect(env({ unset: ['container', 'A'], image: ['A=1', 'B=1'], config: { A: '2' } })).toEqual([
    PATH,
    'B=1',
    'A=2',
    'HOME=/root',
    'HOSTNAME=box',
  ]);
  expect(env({ unset: ['*'], image: ['A=1'], config: { B: '2' } })).toEqual(['B=2', 'HOME=/root', 'HOSTNAME=box']);
});

test('what an image cannot mean is left out', () => {
  expect(env({ image: ['=x', 'NOVALUE', 'N=a\0b', ''] })).toEqual(env({}));
});

test('what a user cannot mean is refused', () => {
  expect(failure(() => env({ config: { '': 'x' } }))).toBe(
    'EOPTION: cannot set environment variable "": a name is not empty and holds no "="',
  );
  expect(failure(() => env({ config: { 'a=b': 'x' } }))).toStartWith('EOPTION');
  expect(failure(() => env({ config: { a: 'x\0' } }))).toBe(
    'EOPTION: cannot set environment variable "a": it holds a NUL byte',
  );
});

test('each variable has its reason', () => {
  const reasons = new Reasons({});
  environment({ ...BASE, image: ['A=1', 'B=1'], config: { B: '2' } }, reasons);
  expect(reasons.all()).toMatchObject({ 'process.env[A]': 'image', 'process.env[B]': '--env' });
});
