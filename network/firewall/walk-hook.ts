import { evaluateRule, type LookUp, type PacketModel, type RuleOutcome } from '../../abi/nftables/evaluate.ts';
import type { ChainInfo, RuleInfo } from '../../abi/nftables/decode.ts';
import { isOwnTable, type Ruleset } from './read-ruleset.ts';

export type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

const HOOKS: Readonly<Record<HookName, number>> = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 };

/** A chain that drops such a packet, or leads it elsewhere, or may. */
export interface Obstacle {
  readonly does: 'drops' | 'diverts';
  readonly table: string;
  readonly chain: string;
  readonly hook: HookName;
  /** Its policy, or the handle of the rule, as `nft -a list ruleset` shows it. */
  readonly by: 'policy' | { readonly chain: string; readonly handle: number };
  /** It depends on what is not known of the packet. */
  readonly unsure: boolean;
}

export type LookUpIn = (family: string, table: string) => LookUp;

/** What drops a packet at one hook, chain after chain as the kernel asks them. */
export function walkHook(
  { chains, rules }: Ruleset,
  hook: HookName,
  packet: PacketModel,
  lookUpIn: LookUpIn,
): Obstacle[] {
  const hooked = chains
    .filter(({ base, family }) => base?.hook === HOOKS[hook] && (family === 'inet' || family === packet.family))
    .sort((one, other) => one.base!.priority - other.base!.priority);
  const obstacles: Obstacle[] = [];
  for (const chain of hooked) {
    const walk = new ChainWalk(chain, rules, packet, lookUpIn(chain.family, chain.table));
    const end = walk.through(chain.name, 0);
    const { table, name, family } = chain;
    const place = { table: `${family} ${table}`, chain: name, hook };
    const dropped = end ?? (chain.base!.drops ? { verdict: 'drop', by: 'policy' } : undefined);
    if (dropped?.verdict === 'drop')
      obstacles.push({ does: 'drops', ...place, by: dropped.by, unsure: walk.mayAccept });
    else for (const by of walk.mayDrop) obstacles.push({ does: 'drops', ...place, by, unsure: true });
    // Of two chains at the same place the one that was there first has its way, which is not told.
    if (end?.verdict === 'nat' && changesDestination(hook) && !isOwnTable(table))
      obstacles.push({ does: 'diverts', ...place, by: end.by, unsure: true });
  }
  return obstacles;
}

function changesDestination(hook: HookName): boolean {
  return hook === 'prerouting' || hook === 'output';
}

interface End {
  readonly verdict: 'accept' | 'drop' | 'nat';
  readonly by: Obstacle['by'];
}

/** As deep as the kernel lets chains jump. */
const JUMPS_MAX = 16;

class ChainWalk {
  mayAccept = false;
  readonly mayDrop: Exclude<Obstacle['by'], 'policy'>[] = [];
  readonly #rules: readonly RuleInfo[];
  readonly #packet: PacketModel;
  readonly #lookUp: LookUp;

  constructor(base: ChainInfo, rules: readonly RuleInfo[], packet: PacketModel, lookUp: LookUp) {
    this.#rules = rules.filter(({ family, table }) => family === base.family && table === base.table);
    this.#packet = packet;
    this.#lookUp = lookUp;
  }

  /** What surely ends the walk within a chain; `undefined` where it comes out at its end. */
  through(name: string, depth: number, unsure = false): End | undefined {
    if (depth > JUMPS_MAX) return undefined;
    for (const { chain, handle, expressions } of this.#rules) {
      if (chain !== name) continue;
      const outcome = evaluateRule(expressions, this.#packet, this.#lookUp);
      if (outcome === undefined) continue;
      const end = this.#take(outcome, { chain, handle }, depth, unsure || outcome.unsure);
      if (end !== undefined) return end === 'left' ? undefined : end;
    }
    return undefined;
  }

  #take(
    { verdict, unsure: ruleUnsure }: RuleOutcome,
    by: { readonly chain: string; readonly handle: number },
    depth: number,
    unsure: boolean,
  ): End | 'left' | undefined {
    if (typeof verdict === 'object') {
      const end = this.through(verdict.jump, depth + 1, unsure);
      return end ?? (verdict.back || ruleUnsure ? undefined : 'left');
    }
    if (verdict === 'return') return ruleUnsure ? undefined : 'left';
    if (!unsure) return { verdict, by };
    if (verdict === 'drop') this.mayDrop.push(by);
    else this.mayAccept = true;
    return undefined;
  }
}
