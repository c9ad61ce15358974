import { NLM_F_APPEND } from '../netlink/message.ts';
import { number32, text } from './attributes.ts';
import { creation, removal, type Change } from './batch.ts';
import type { Expression } from './expression.ts';

const HOOKS = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const;

export interface BaseChain {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: keyof typeof HOOKS;
  readonly priority: number;
}

const NFT_TABLE_F_OWNER = 2;

/** `owned`: nobody but the socket that makes it can change it, and it goes when that is closed (Linux 5.13). */
export function newTable(table: string, { owned = false } = {}): Change {
  return creation('newTable', [text(1, table), number32(2, owned ? NFT_TABLE_F_OWNER : 0)]);
}

export function deleteTable(table: string): Change {
  return removal('delTable', [text(1, table)]);
}

/** A chain, at a hook or to be jumped to. */
export function newChain(table: string, chain: string, base?: BaseChain): Change {
  const hook = base === undefined ? [] : baseAttributes(base);
  return creation('newChain', [text(1, table), text(3, chain), ...hook]);
}

function baseAttributes({ type, hook, priority }: BaseChain) {
  return [{ type: 4, value: [number32(1, HOOKS[hook]), number32(2, priority)] }, text(7, type)];
}

/** Takes every rule out of a chain. */
export function flushChain(table: string, chain: string): Change {
  return removal('delRule', [text(1, table), text(2, chain)]);
}

/** Adds a rule behind those that the chain has. */
export function appendRule(table: string, chain: string, expressions: readonly Expression[]): Change {
  const list = expressions.map(({ name, attributes }) => ({
    type: 1,
    value: [text(1, name), { type: 2, value: attributes }],
  }));
  return creation('newRule', [text(1, table), text(2, chain), { type: 4, value: list }], NLM_F_APPEND);
}
