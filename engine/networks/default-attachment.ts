import { DEFAULT_NETWORK } from '../../network/store/read.ts';
import type { ContainerRequest } from '../container-config.ts';

/** Who says nothing of networks is on the default one, as on the command line. */
export function onDefaultNetwork(request: ContainerRequest): ContainerRequest {
  const says = request.networks !== undefined || request.namespaces?.network !== undefined;
  return says ? request : { ...request, networks: [{ network: DEFAULT_NETWORK, aliases: [] }] };
}
