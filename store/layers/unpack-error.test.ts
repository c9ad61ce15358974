import { expect, test } from 'bun:test';
import { planUnpack } from '../../plan/unpack.ts';
import { unpackError } from './unpack-error.ts';

const plan = planUnpack({ directory: '/tmp', facts: { arch: 'x86_64' } });
const UNPACK = plan.findIndex(({ op }) => op === 'unpack');
const failure = (errno: number, call: string, path = 'usr/bin/x', index = UNPACK) =>
  unpackError({ plan, index, errno, call, answer: Buffer.from(path), directory: '/tmp' });

test.each<[number, string, string, string]>([
  [
    28,
    'pwrite',
    'ENOSPC',
    'cannot unpack "usr/bin/x" of a layer: ENOSPC, no space left on device (hint: `df` and `df -i` show which disk is full)',
  ],
  [
    28,
    'setxattr',
    'EUNPACK',
    'cannot unpack "usr/bin/x" of a layer: ENOSPC, its extended attributes have no room on this file system; the disk is not full',
  ],
  [30, 'mkdirat', 'EROFS', 'cannot unpack "usr/bin/x" of a layer: EROFS, read-only file system'],
  [5, 'syncfs', 'EIO', 'cannot unpack "usr/bin/x" of a layer: EIO, input/output error'],
  [31, 'linkat', 'EUNPACK', 'cannot unpack "usr/bin/x" of a layer: EMLINK, too many links'],
])('errno %i of %s is %s', (errno, call, code, message) => {
  const error = failure(errno, call);
  expect([error.code, error.message]).toEqual([code, message]);
});

test('an entry without a name, and one that would paint the terminal', () => {
  expect(failure(5, 'read', '').message).toBe('cannot unpack a layer: EIO, input/output error');
  expect(failure(1, 'mknodat', '\x1b[31m').message).toStartWith('cannot unpack "\\x1b[31m" of a layer: EPERM');
});

test('a jail that could not be made is told as any plan’s failure', () => {
  expect(failure(1, 'clone3', '', 0).message).toContain('cannot create a process in mount, ipc, uts namespaces: EPERM');
});
