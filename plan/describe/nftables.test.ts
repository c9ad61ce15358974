import { expect, test } from 'bun:test';
import { encodeBatch, type Change } from '../../abi/nftables/batch.ts';
import { newChain, newTable } from '../../abi/nftables/ruleset.ts';
import { addElements, newSet, removeElements } from '../../abi/nftables/set.ts';
import type { Op } from '../ops.ts';
import { commandsFor } from '../script/commands.ts';
import { describeArguments } from './arguments.ts';
import { describeOp } from './operation.ts';

const op = (...changes: readonly Change[]): Op => ({
  op: 'netlink',
  stage: 'host',
  because: '',
  protocol: 12,
  message: encodeBatch(changes),
});
const key = Uint8Array.of(6, 0, 0, 0, 0, 80, 0, 0);
const element = { key, value: Uint8Array.of(10, 88, 0, 2, 31, 144, 0, 0), comment: 'c1 web' };
const ADD = 'add element inet limpid published4_any { tcp . 80 comment "c1 web" : 10.88.0.2 . 8080 }';

test('a few changes are told in the words of nft', () => {
  const change = op(
    ...addElements('limpid', 'published4_any', [element]),
    ...removeElements('limpid', 'published4_any', [element]),
  );
  const remove = 'delete element inet limpid published4_any { tcp . 80 }';
  expect(describeArguments(change)).toBe(`nft ${ADD}; ${remove}`);
  expect(commandsFor({ op: change, slots: new Map(), id: undefined, pivoted: false })).toEqual([
    `nft '`,
    ADD,
    remove,
    `'`,
  ]);
  expect(describeOp(change)).toBe('change the firewall');
});

test('many are counted', () => {
  const sets = ['a', 'b', 'c'].map((name, index) => newSet('limpid', { name, key: ['ifname'] }, index + 1));
  expect(describeArguments(op(newTable('limpid'), ...sets, newChain('limpid', 'x')))).toBe(
    'nft 5 commands: add table, add set (3), add chain',
  );
});

test('what is nobody’s language stays a number of bytes', () => {
  const change: Op = { op: 'netlink', stage: 'host', because: '', protocol: 12, message: new Uint8Array(4) };
  expect(describeArguments(change)).toBe('protocol 12  message of 4 bytes (fnv 4d25767f9dce13f5)');
});
