import { AF_INET } from '../../abi/netlink/address.ts';
import { listInterfaces, listRoutes } from './interfaces.ts';

/** The interface of the default route: through it this machine reaches the outside. */
export function outgoingInterface(): string | undefined {
  const defaults = listRoutes().filter(({ destination, index }) => destination === undefined && index !== undefined);
  const [best] = defaults.sort(
    (one, other) =>
      Number(other.family === AF_INET) - Number(one.family === AF_INET) || (one.metric ?? 0) - (other.metric ?? 0),
  );
  return best === undefined ? undefined : listInterfaces().find(({ index }) => index === best.index)?.name;
}
