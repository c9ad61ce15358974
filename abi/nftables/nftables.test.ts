import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decodeMessages } from '../netlink/message.ts';
import { encodeBatch } from './batch.ts';
import { decodeElementDetails, decodeElements, decodeRule, type ExpressionInfo } from './decode.ts';
import { evaluateRule, type LookUp, type PacketModel } from './evaluate.ts';
import { compare, ct, lookup, mask, meta, payload, verdict, type Expression } from './expression.ts';
import { appendRule, newTable } from './ruleset.ts';
import { addElements } from './set.ts';

test('a batch begins, asks for one acknowledgement at the last change, and ends', () => {
  const messages = decodeMessages(encodeBatch([newTable('a'), newTable('b')], 7));
  expect(messages.map(({ type, flags, sequence }) => [type, flags, sequence])).toEqual([
    [0x10, 1, 0],
    [0xa00, 0x401, 1],
    [0xa00, 0x405, 2],
    [0x11, 1, 3],
  ]);
  // struct nfgenmsg: unspecified family, version 0, subsystem 10; then NFNL_BATCH_GENID, in network byte order.
  expect([...messages[0]!.payload]).toEqual([0, 0, 0, 10, 8, 0, 1, 0, 0, 0, 0, 7]);
});

test('law: elements come back as they were sent', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 24 });
  const comment = fc.stringMatching(/^[a-z0-9 ]{1,40}$/);
  const element = fc.record({ key: bytes, value: bytes, comment });
  fc.assert(
    fc.property(fc.array(element, { minLength: 1, maxLength: 300 }), (elements) => {
      const messages = decodeMessages(encodeBatch(addElements('limpid', 'map', elements))).slice(1, -1);
      expect(messages.flatMap(decodeElements)).toEqual(elements);
    }),
    { numRuns: 30 },
  );
});

test('a long comment is cut, not refused', () => {
  const [message] = decodeMessages(
    encodeBatch(addElements('t', 's', [{ key: Uint8Array.of(1), comment: 'x'.repeat(300) }])),
  ).slice(1);
  expect(decodeElementDetails(message!)[0]!.comment).toBe('x'.repeat(127));
});

const PACKET: PacketModel = {
  family: 'ip',
  iifname: 'eth0',
  oifname: 'limpid0',
  destination: Uint8Array.of(10, 88, 0, 2),
  protocol: 6,
  port: 80,
  isNatted: true,
};

/** As the kernel would give the rule back. */
function expressionsOf(...expressions: Expression[]): readonly ExpressionInfo[] {
  const [, rule] = decodeMessages(encodeBatch([appendRule('t', 'c', expressions)]));
  return decodeRule(rule!).expressions;
}

const name = (text: string) => Uint8Array.from({ length: 16 }, (_, at) => text.charCodeAt(at) || 0);
const nothing: LookUp = () => undefined;

describe('what a rule does with a packet', () => {
  const outcome = (...expressions: Expression[]) => evaluateRule(expressionsOf(...expressions), PACKET, nothing);
  const drop = verdict('drop');

  test.each<[string, Expression[]]>([
    ['always', []],
    ['of this protocol', [meta('l4proto'), compare(Uint8Array.of(6))]],
    ['of any but another', [meta('l4proto'), compare(Uint8Array.of(17), { not: true })]],
    ['to this port', [payload('transport', 2, 2), compare(Uint8Array.of(0, 80))]],
    ['to this network', [payload('network', 16, 2), compare(Uint8Array.of(10, 88))]],
    ['in by here', [meta('iifname'), compare(name('eth0'))]],
    ['in by an interface that begins so', [meta('iifname'), compare(name('eth').subarray(0, 3))]],
    ['of a new connection', [ct('state'), mask(Uint8Array.of(8, 0, 0, 0)), compare(new Uint8Array(4), { not: true })]],
  ])('it drops one %s', (_, before) => {
    expect(outcome(...before, drop)).toEqual({ verdict: 'drop', unsure: false });
  });

  test.each<[string, Expression[]]>([
    ['of another protocol', [meta('l4proto'), compare(Uint8Array.of(17))]],
    ['to another port', [payload('transport', 2, 2), compare(Uint8Array.of(0, 81))]],
    ['from elsewhere', [meta('iifname'), compare(name('eth1'))]],
    ['of the other family', [meta('nfproto'), compare(Uint8Array.of(10))]],
    [
      'of a known connection',
      [ct('state'), mask(Uint8Array.of(6, 0, 0, 0)), compare(new Uint8Array(4), { not: true })],
    ],
  ])('it does nothing with one that would have to be %s', (_, before) => {
    expect(outcome(...before, drop)).toBeUndefined();
  });

  test('it is unsure where it asks for what nobody knows', () => {
    const unsure = { verdict: 'drop', unsure: true } as const;
    expect(outcome(payload('network', 12, 4), compare(Uint8Array.of(1, 2, 3, 4)), drop)).toEqual(unsure);
    expect(outcome(payload('transport', 0, 2), compare(Uint8Array.of(0, 9)), drop)).toEqual(unsure);
    expect(outcome(meta('iifname'), lookup('unread'), drop)).toEqual(unsure);
    // But not where something known rules it out.
    expect(
      outcome(
        payload('transport', 0, 2),
        compare(Uint8Array.of(0, 9)),
        meta('l4proto'),
        compare(Uint8Array.of(17)),
        drop,
      ),
    ).toBeUndefined();
  });

  test('a set is asked with the whole key', () => {
    const keys: number[][] = [];
    const lookUp: LookUp = (_, key) => {
      keys.push([...key]);
      return { found: key[5] === 80 };
    };
    const rule = [meta('l4proto'), payload('transport', 2, 2, 1), lookup('ports'), drop];
    expect(evaluateRule(expressionsOf(...rule), PACKET, lookUp)).toEqual({ verdict: 'drop', unsure: false });
    expect(evaluateRule(expressionsOf(...rule), { ...PACKET, port: 81 }, lookUp)).toBeUndefined();
    expect(keys.length).toBe(2);
  });
});
