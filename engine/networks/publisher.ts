import { parseAddress } from '../../abi/ip/address.ts';
import type { HostPort } from '../../network/ports/port-holder.ts';
import { meets } from '../../network/ports/sockets.ts';
import { listContainers } from '../containers/list.ts';
import type { World } from '../world.ts';
import { readEndpoints } from './endpoint-record.ts';

/** The name of the running container of this world that was started with a port of the host, whatever the firewall holds now. */
export function publisherOf(world: World, { address, port, protocol }: HostPort): string | undefined {
  const publishes = listContainers(world).find(
    ({ config, paths, state }) =>
      state.process !== undefined &&
      readEndpoints(world, config, paths).ports.some(
        (one) => one.hostPort === port && one.protocol === protocol && meets(addressOf(one.hostIp), address),
      ),
  );
  return publishes?.config.name;
}

function addressOf(hostIp: string): Uint8Array {
  return parseAddress(hostIp) ?? new Uint8Array(16);
}
