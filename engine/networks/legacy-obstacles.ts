import { readKernelFile } from '../../kernel/files.ts';
import type { PortObstacle } from './port-obstacle.ts';

const FAMILIES = {
  ip: { names: '/proc/net/ip_tables_names', program: 'iptables-legacy' },
  ip6: { names: '/proc/net/ip6_tables_names', program: 'ip6tables-legacy' },
} as const;

/**
 * What the old iptables, which nf_tables does not know of, drops of what is passed on: its policy, and rules without a
 * condition. Where it is loaded but its program is not there, that is said.
 */
export function legacyObstacles(family: keyof typeof FAMILIES): PortObstacle[] {
  const { names, program } = FAMILIES[family];
  // Only what was used in this network namespace is named here.
  if (!(readKernelFile(names) ?? '').split('\n').includes('filter')) return [];
  const place = {
    does: 'drops',
    from: 'another machine',
    table: `${program} filter`,
    chain: 'FORWARD',
    hook: 'forward',
  } as const;
  const path = Bun.which(program);
  const rules = path === null ? undefined : listRules(path);
  if (rules === undefined) return [{ ...place, by: 'policy', unsure: true }];
  const { drops, unsure } = judgeRules(rules);
  return drops ? [{ ...place, by: 'policy', unsure }] : [];
}

function listRules(path: string): readonly string[] | undefined {
  const { exitCode, stdout } = Bun.spawnSync([path, '-S', 'FORWARD'], { stdio: ['ignore', 'pipe', 'ignore'] });
  return exitCode === 0 ? stdout.toString().trim().split('\n') : undefined;
}

/** From `iptables -S FORWARD`. */
export function judgeRules(rules: readonly string[]): { readonly drops: boolean; readonly unsure: boolean } {
  let unsure = false;
  for (const rule of rules) {
    const [, condition, target] = /^-A FORWARD (.*?)-j (\S+)/.exec(rule) ?? [];
    if (target === undefined) continue;
    const always = condition === '';
    if (always && target === 'ACCEPT') return { drops: false, unsure };
    if (always && (target === 'DROP' || target === 'REJECT')) return { drops: true, unsure };
    if (target !== 'DROP' && target !== 'REJECT' && target !== 'LOG') unsure = true;
  }
  return { drops: rules.includes('-P FORWARD DROP'), unsure };
}
