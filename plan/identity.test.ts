import { expect, test } from 'bun:test';
import { linkUpMessage } from '../abi/netlink/link.ts';
import { bringLoopbackUp } from './identity.ts';
import type { LaunchRequest } from './request.ts';

test('the message that brings loopback up is the one that abi/netlink encodes', () => {
  const namespaces = { created: new Set(['network']), joined: new Map() };
  const request = { context: { bringLoopbackUp: true }, namespaces } as unknown as LaunchRequest;
  const [op] = bringLoopbackUp(request);
  expect(op).toEqual({
    op: 'netlink',
    stage: 'child',
    because: 'programs expect 127.0.0.1 in a new network namespace',
    protocol: 0,
    message: linkUpMessage(),
  });
});
