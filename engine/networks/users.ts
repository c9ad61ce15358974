import { LimpidError } from '../../base/error.ts';
import { listContainers, type ContainerSummary } from '../containers/list.ts';
import type { World } from '../world.ts';

/** The containers, running or not, whose config asks for a network. */
export function networkUsers(world: World, network: string, all = listContainers(world)): ContainerSummary[] {
  return all.filter(({ config }) => config.networks?.some((attachment) => attachment.network === network));
}

export function networkInUse(network: string, users: readonly ContainerSummary[]): LimpidError {
  const names = users.map(({ config }) => `"${config.name}"`).join(', ');
  return new LimpidError({
    code: 'EINUSE',
    doing: 'remove',
    subject: `network "${network}"`,
    why: `it is used by ${users.length === 1 ? 'container' : 'containers'} ${names}`,
    hint: `\`limpid network rm -f ${network}\` removes them with it`,
    exitCode: 2,
  });
}
