import { expect, test } from 'bun:test';
import { LimpidError } from '../../base/error.ts';
import { isWorthAnotherTry } from './port-taken.ts';

const taken = (subject: string, parts: Partial<LimpidError> = {}) =>
  new LimpidError({ code: 'EPLAN', doing: parts.doing ?? 'publish', subject, errno: parts.errno ?? 'EADDRINUSE' });
const ports = [{ protocol: 'tcp', hostIp: '', hostPort: 8080, containerPort: 80 } as const];

test.each([
  ['one that was chosen', taken('0.0.0.0:40000/tcp'), true],
  ['one of IPv6', taken('[::]:40000/udp'), true],
  ['the same number for another protocol', taken('0.0.0.0:8080/udp'), true],
  ['one that was asked for', taken('0.0.0.0:8080/tcp'), false],
  ['one that is refused for another reason', taken('0.0.0.0:40000/tcp', { errno: 'EACCES' }), false],
  ['something else', taken('0.0.0.0:40000/tcp', { doing: 'listen' }), false],
  ['no error of ours', new Error('x'), false],
  ['a firewall that is gone', taken('the firewall', { doing: 'change', errno: 'ENOENT' }), true],
  ['a firewall that refuses', taken('the firewall', { doing: 'change', errno: 'EEXIST' }), false],
  ['another thing that is gone', taken('the root', { doing: 'change', errno: 'ENOENT' }), false],
])('another try, behind %s: %p', (_, error, expected) => {
  expect(isWorthAnotherTry({ ports }, error, 1)).toBe(expected);
});

test('not for ever', () => {
  expect(isWorthAnotherTry({ ports }, taken('0.0.0.0:40000/tcp'), 7)).toBe(true);
  expect(isWorthAnotherTry({ ports }, taken('0.0.0.0:40000/tcp'), 8)).toBe(false);
});
