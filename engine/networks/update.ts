import { LimpidError } from '../../base/error.ts';
import { wakeAt } from '../../kernel/unix-socket.ts';
import { findNetwork } from '../../network/store/read.ts';
import { underNetworksLock, writeNetwork } from '../../network/store/write.ts';
import type { World } from '../world.ts';
import { addressWord } from './address-words.ts';
import { resolverPlace } from './names/resolver-place.ts';

/** Changes whom the containers of a network ask for outside names, from the next question on. Throws ENONETWORK, EOPTION. */
export async function updateNetwork(
  world: World,
  reference: string,
  { addServers, dropServers }: { readonly addServers: readonly string[]; readonly dropServers: readonly string[] },
): Promise<void> {
  await underNetworksLock(world, () => {
    const network = findNetwork(world, reference);
    const added = addServers.map((text) => serverOf(network.name, text));
    const dropped = new Set(dropServers.map((text) => serverOf(network.name, text)));
    for (const server of dropped)
      if (!network.dnsServers.includes(server)) throw refusal(network.name, `"${server}" is none of its resolvers`);
    const kept = network.dnsServers.filter((server) => !dropped.has(server));
    writeNetwork(world, { ...network, dnsServers: [...new Set([...kept, ...added])] });
    wakeAt(resolverPlace(world).wake);
  });
}

function serverOf(network: string, text: string): string {
  const word = addressWord(text);
  if (word === undefined) throw refusal(network, `"${text}" is no address of a resolver`);
  return word;
}

function refusal(network: string, why: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'update', subject: `network "${network}"`, why });
}
