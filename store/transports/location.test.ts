import { expect, test } from 'bun:test';
import { parseLocation } from './location.ts';

test.each([
  ['docker-archive:/a/b.tar', { transport: 'docker-archive', path: '/a/b.tar' }],
  [
    'docker-archive:/a/b.tar:registry.example:5000/x:1',
    { transport: 'docker-archive', path: '/a/b.tar', reference: 'registry.example:5000/x:1' },
  ],
  ['docker-archive:b.tar:@1', { transport: 'docker-archive', path: 'b.tar', reference: '@1' }],
  ['oci:dir:tag', { transport: 'oci', path: 'dir', reference: 'tag' }],
  ['oci-archive:x.tar', { transport: 'oci-archive', path: 'x.tar' }],
  ['dir:/a:b', { transport: 'dir', path: '/a:b' }],
  ['docker-daemon:alpine:3.22', { transport: 'docker-daemon', path: '', reference: 'alpine:3.22' }],
  ['containers-storage:localhost/x:1', { transport: 'containers-storage', path: '', reference: 'localhost/x:1' }],
  ['containers-storage:[vfs@/a+/b]x', { transport: 'containers-storage', path: 'vfs@/a+/b', reference: 'x' }],
  ['builtin:busybox', { transport: 'builtin', path: '', reference: 'busybox' }],
] as const)('%s', (text, wanted) => {
  expect(parseLocation(text)).toEqual({ ...wanted, name: text });
});

test.each(['alpine', 'alpine:3', 'docker://alpine', 'localhost:5000/dir:1', 'ocix:y', ':x', ''])(
  '%p is no location',
  (text) => {
    expect(parseLocation(text)).toBeUndefined();
  },
);
