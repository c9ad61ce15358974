import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { encodeAnswer, encodeName, isAnswerTo, parseQuery, RCODE, TYPE, withId } from './message.ts';

/** A query as dig sends it. */
function query(name: string, type: number, { edns = 0, id = 0x1234 } = {}): Uint8Array {
  const head = [id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, edns > 0 ? 1 : 0];
  const opt = edns > 0 ? [0, 0, TYPE.OPT, edns >> 8, edns & 0xff, 0, 0, 0, 0, 0, 0] : [];
  return Uint8Array.from([...head, ...encodeName(name), 0, type, 0, 1, ...opt]);
}

describe('a query', () => {
  test('is its name in lower case, its type, and what fits into an answer', () => {
    const { question, ...rest } = parseQuery(query('Web.Example', TYPE.AAAA, { edns: 1232 }))!;
    expect(rest).toEqual({
      id: 0x1234,
      flags: 0x0100,
      name: 'web.example',
      type: 28,
      isInternet: true,
      udpBytes: 1232,
      edns: true,
    });
    expect(Buffer.from(question).toString('latin1')).toBe('\x03Web\x07Example\0\0\x1c\0\x01');
    expect(parseQuery(query('web', TYPE.A))).toMatchObject({ udpBytes: 512, edns: false });
  });

  test('a byte that is no letter is written as a number, so that no two names look the same', () => {
    expect(parseQuery(query('a b\x01', TYPE.A))!.name).toBe('a\\032b\\001');
  });

  /** A question with labels of these bytes, whatever they are. */
  const asked = (...labels: readonly (readonly number[])[]) => {
    const name = labels.flatMap((label) => [label.length, ...label]);
    return parseQuery(Uint8Array.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 0, 1, 0, 1]));
  };
  const label = (length: number) => Array.from({ length }, () => 0x61);

  test('has labels of 63 bytes and a name of 255 at most', () => {
    expect(asked(label(63))?.name).toBe('a'.repeat(63));
    expect(asked(label(64))).toBeUndefined();
    expect(asked(label(63), label(63), label(63), label(61))?.name.length).toBe(253);
    expect(asked(label(63), label(63), label(63), label(62))).toBeUndefined();
  });

  test('what could be read as something else is a number: the dot, the backslash, blanks, what is no ASCII', () => {
    expect(asked([0x21, 0x7e])?.name).toBe('!~');
    expect(asked([0x2e, 0x5c, 0x20, 0x7f, 0xe4])?.name).toBe('\\046\\092\\032\\127\\228');
    expect(asked([])?.name).toBe('');
  });

  test('is not an answer, not another opcode, not two questions, not cut off, and has no pointers', () => {
    const plain = query('web', TYPE.A);
    const changed = (at: number, value: number) =>
      Uint8Array.from(plain, (byte, index) => (index === at ? value : byte));
    expect(parseQuery(plain)?.name).toBe('web');
    for (const bad of [changed(2, 0x81), changed(2, 0x29), changed(5, 2), changed(12, 0xc0), plain.slice(0, -1)]) {
      expect(parseQuery(bad)).toBeUndefined();
    }
  });

  test('law: whatever comes is a query or none, and a query answers to its own id alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, asQuery) => {
        const message = asQuery ? Uint8Array.from([...query('a', 1).slice(0, 12), ...bytes]) : bytes;
        const parsed = parseQuery(message);
        if (parsed === undefined) return;
        const answer = encodeAnswer(parsed, { rcode: RCODE.noError });
        expect(isAnswerTo(answer, message, parsed.id)).toBe(true);
        expect(withId(Buffer.from(message), 7)).toEqual(Uint8Array.from([0, 7, ...message.slice(2)]));
        expect(isAnswerTo(withId(answer, parsed.id ^ 1), message, parsed.id)).toBe(false);
        expect(isAnswerTo(message, message, parsed.id)).toBe(false);
      }),
    );
  });
});

describe('an answer', () => {
  test('holds the question as it came, and each record', () => {
    const answer = encodeAnswer(parseQuery(query('Web', TYPE.A))!, {
      rcode: RCODE.noError,
      records: [{ type: TYPE.A, data: Uint8Array.of(10, 89, 0, 2) }],
    });
    expect(Buffer.from(answer).toString('hex')).toBe(
      '1234' +
        '8580' +
        '0001000100000000' +
        '0357656200' +
        '00010001' +
        'c00c' +
        '0001000100000000' +
        '0004' +
        '0a590002',
    );
  });

  test('over UDP is as large as the asker takes, and says that it is cut; over TCP it is whole', () => {
    const records = Array.from({ length: 100 }, (_, i) => ({ type: TYPE.A, data: Uint8Array.of(10, 89, 0, i) }));
    const asked = parseQuery(query('web', TYPE.A, { edns: 700 }))!;
    const cut = encodeAnswer(asked, { rcode: RCODE.noError, records });
    expect(cut.length).toBeLessThanOrEqual(700);
    expect(cut[2]! & 2).toBe(2);
    expect((cut[6]! << 8) | cut[7]!).toBe(41);
    const whole = encodeAnswer(asked, { rcode: RCODE.noError, records, overTcp: true });
    expect(whole[2]! & 2).toBe(0);
    expect((whole[6]! << 8) | whole[7]!).toBe(100);
  });

  test('of another question is none', () => {
    const asked = query('web', TYPE.A);
    const other = encodeAnswer(parseQuery(query('wob', TYPE.A))!, { rcode: RCODE.noError });
    expect(isAnswerTo(other, asked, 0x1234)).toBe(false);
  });
});
