import { expect, test } from 'bun:test';
import { boundSocketsRequest, decodeBoundSocket } from './socket-diag.ts';

test('asks for sockets that are bound and no more', () => {
  // struct inet_diag_req_v2: family, protocol, no extensions, one bit of states, any socket.
  const payload = Buffer.concat([Buffer.from('0206000000200000', 'hex'), Buffer.alloc(48)]);
  const header = Buffer.from('48000000140001030100000000000000', 'hex');
  expect(Buffer.from(boundSocketsRequest(2, 6)).toString('hex')).toBe(Buffer.concat([header, payload]).toString('hex'));
});

test('reads address, port and inode, of either family', () => {
  const answer = (family: number, address: string) => {
    const bytes = Buffer.alloc(72);
    bytes[0] = family;
    bytes.writeUInt16BE(8080, 4);
    bytes.set(Buffer.from(address, 'hex'), 8);
    bytes.writeUInt32LE(4711, 68);
    return new Uint8Array(bytes);
  };
  expect(decodeBoundSocket(answer(2, '7f000001'))).toEqual({
    address: Uint8Array.of(127, 0, 0, 1),
    port: 8080,
    inode: '4711',
  });
  expect(decodeBoundSocket(answer(10, '00'.repeat(15) + '01'))?.address).toEqual(
    Uint8Array.of(...new Uint8Array(15), 1),
  );
  expect(decodeBoundSocket(new Uint8Array(71))).toBeUndefined();
});
