import { describe, expect, test } from 'bun:test';
import { decodeReply, encodeCall, restOfMessage } from './message.ts';

describe('a method call', () => {
  const call = encodeCall({
    serial: 7,
    path: '/a',
    interface: 'b.c',
    member: 'D',
    args: [
      ['s', 'x'],
      [
        'a(sv)',
        [
          ['P', ['au', [1, 2]]],
          ['Q', ['t', 5n]],
        ],
      ],
    ],
  });

  test('has its fields and its body where the specification puts them', () => {
    const view = new DataView(call.buffer);
    expect([...call.subarray(0, 4)]).toEqual([0x6c, 1, 0, 1]);
    expect(view.getUint32(8, true)).toBe(7);
    expect(restOfMessage(call)).toBe(call.length - 16);
    const body = call.length - view.getUint32(4, true);
    expect(body % 8).toBe(0);
    // "x", the array's length, padding to 8, then the first struct.
    expect([...call.subarray(body, body + 6)]).toEqual([1, 0, 0, 0, 0x78, 0]);
    expect(view.getUint32(body + 8, true)).toBe(call.length - (body + 16));
    expect([...call.subarray(body + 16, body + 22)]).toEqual([1, 0, 0, 0, 0x50, 0]);
    expect(new TextDecoder().decode(call.subarray(body + 22, body + 26))).toBe('\u0002au\0');
    expect(view.getBigUint64(call.length - 8, true)).toBe(5n);
  });
});

test('an error answer tells its name and its words', () => {
  const fields = [4, 1, 0x73, 0, 5, 0, 0, 0, ...new TextEncoder().encode('o.E.x'), 0, 0, 0];
  const reply = [5, 1, 0x75, 0, 9, 0, 0, 0, 8, 1, 0x67, 0, 1, 0x73, 0];
  const body = [2, 0, 0, 0, 0x6e, 0x6f, 0];
  const head = [0x6c, 3, 1, 1, body.length, 0, 0, 0, 1, 0, 0, 0, fields.length + reply.length, 0, 0, 0];
  const bytes = [...head, ...fields, ...reply];
  while (bytes.length % 8 !== 0) bytes.push(0);
  expect(decodeReply(new Uint8Array([...bytes, ...body]))).toEqual({
    kind: 'error',
    replyTo: 9,
    errorName: 'o.E.x',
    text: 'no',
  });
});
