import { expect, test } from 'bun:test';
import { encodeBatch } from '../../abi/nftables/batch.ts';
import { verdict } from '../../abi/nftables/expression.ts';
import { appendRule } from '../../abi/nftables/ruleset.ts';
import { addElements } from '../../abi/nftables/set.ts';
import type { Op } from '../ops.ts';
import { explainFailure } from './explain-failure.ts';

const element = { key: Uint8Array.of(6, 0, 0, 0, 0, 80, 0, 0), value: Uint8Array.of(10, 0, 0, 2, 0, 80, 0, 0) };
const op = (message: Uint8Array): Op => ({ op: 'netlink', stage: 'host', because: '-p 80', protocol: 12, message });
const ELEMENTS = op(encodeBatch(addElements('limpid', 'published4_any', [element])));
const RULES = op(encodeBatch([appendRule('limpid', 'forward', [verdict('drop')])]));
const HINT = 'load nft_chain_nat, nft_ct, nft_fib_inet, nft_masq and nft_nat; --network none and host do without';

test.each<[string, Op, number, string, string]>([
  ['a missing kind of expression', RULES, 2, 'a part of nf_tables is missing in this kernel, for -p 80', HINT],
  [
    'a table that is gone',
    ELEMENTS,
    2,
    'the firewall table of limpid is gone, for -p 80',
    '`limpid network reload --all` makes it again',
  ],
  [
    'an element of somebody else’s',
    ELEMENTS,
    17,
    'one of the ports leads elsewhere already, for -p 80',
    '`limpid network reload --all` removes what is stale',
  ],
])('%s', (_, failed, errno, why, hint) => {
  expect(explainFailure([failed], 0, errno, 'netlink')).toMatchObject({
    doing: 'change',
    subject: 'the firewall',
    why,
    hint,
  });
});
