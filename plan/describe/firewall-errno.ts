import type { Op } from '../ops.ts';
import type { Correction } from './correction.ts';
import { firewallCommands } from './nftables.ts';

const NEEDS_MODULES =
  'load nft_chain_nat, nft_ct, nft_fib_inet, nft_masq and nft_nat; --network none and host do without';

/** What it means that nf_tables refuses a batch. */
export function correctFirewall({ protocol, message }: Op<'netlink'>, errno: string): Correction | undefined {
  const commands = firewallCommands(protocol, message);
  if (commands === undefined) return undefined;
  const makesRules = commands.some((command) => command.startsWith('add rule'));
  switch (errno) {
    case 'ENOENT':
      return makesRules
        ? { why: 'a part of nf_tables is missing in this kernel', hint: NEEDS_MODULES }
        : { why: 'the firewall table of limpid is gone', hint: '`limpid network reload --all` makes it again' };
    case 'EEXIST':
      return {
        why: 'one of the ports leads elsewhere already',
        hint: '`limpid network reload --all` removes what is stale',
      };
    case 'ERESTART':
      return { why: 'somebody changes the firewall all the time', hint: 'try again' };
    default:
      return undefined;
  }
}
