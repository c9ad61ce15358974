import { nftCommands } from '../../abi/nftables/nft-commands.ts';

const NETLINK_NETFILTER = 12;
/** More than that are counted. */
const TOLD = 4;

/** The commands of nft(8) that change the firewall as a netlink operation does; `undefined` for any other message. */
export function firewallCommands(protocol: number | bigint, message: Uint8Array): readonly string[] | undefined {
  if (Number(protocol) !== NETLINK_NETFILTER) return undefined;
  try {
    return nftCommands(message);
  } catch {
    return undefined;
  }
}

/** In one line: the commands, or how many there are of each kind. */
export function tellCommands(commands: readonly string[]): string {
  if (commands.length <= TOLD) return `nft ${commands.join('; ')}`;
  const counts = new Map<string, number>();
  for (const command of commands) {
    const kind = command.split(' ', 2).join(' ');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].map(([kind, count]) => `${kind}${count === 1 ? '' : ` (${count})`}`);
  return `nft ${commands.length} commands: ${kinds.join(', ')}`;
}
