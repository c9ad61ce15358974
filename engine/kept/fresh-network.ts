import type { Op, Plan } from '../../plan/ops.ts';
import { writeEtcFiles } from '../containers/etc-files.ts';
import type { ContainerConfig } from '../config.ts';
import { etcTexts } from '../networks/etc-texts.ts';
import { prepareNetworks, type PreparedNetworks } from '../networks/prepare.ts';
import type { ContainerPaths } from '../records/paths.ts';
import type { World } from '../world.ts';
import { NETWORK_FILES } from './fresh-ops.ts';
import type { NETWORK_PARTS } from './pieces.ts';

/** The addresses of a container that starts by a kept plan, and the parts of its plan that follow from them. */
export interface FreshNetwork {
  readonly networks: PreparedNetworks;
  readonly parts: Readonly<Record<(typeof NETWORK_PARTS)[number], Plan>>;
}

/** Takes addresses. `undefined` where the networks themselves are to be mended first: a kept plan has no place for that. */
export async function takeFreshNetwork(
  world: World,
  config: ContainerConfig,
  paths: ContainerPaths,
): Promise<FreshNetwork | undefined> {
  const networks = await prepareNetworks(world, config, paths);
  const { before, host, child, cleanup } = networks.plan;
  if (before.length > 0) {
    networks.release();
    return undefined;
  }
  try {
    return { networks, parts: { host, child, cleanup, etc: etcOps(config, networks, paths) } };
  } catch (error) {
    networks.release();
    throw error;
  }
}

function etcOps(config: ContainerConfig, { endpoints }: PreparedNetworks, { runtime }: ContainerPaths): Op[] {
  const { hosts = '', resolvConf } = etcTexts(config, endpoints);
  const texts = { hosts, 'resolv.conf': resolvConf };
  return writeEtcFiles(
    NETWORK_FILES.map((name) => {
      return { destination: `/etc/${name}`, path: `${runtime}/${name}`, text: texts[name], because: 'its network' };
    }),
  );
}
