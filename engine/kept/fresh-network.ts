import type { Op, Plan } from '../../plan/ops.ts';
import { writeEtcFiles } from '../containers/etc-files.ts';
import type { ContainerConfig } from '../config.ts';
import { etcTexts } from '../networks/etc-texts.ts';
import { prepareNetworks, type PreparedNetworks } from '../networks/prepare.ts';
import type { ContainerPaths } from '../records/paths.ts';
import type { World } from '../world.ts';
import type { FreshPart, NETWORK_PARTS } from './pieces.ts';

/** The addresses of a container that starts by a kept plan, and the parts of its plan that follow from them. */
export interface FreshNetwork {
  readonly networks: PreparedNetworks;
  readonly parts: Readonly<Record<(typeof NETWORK_PARTS)[number], Plan>>;
}

const FILES = ['hosts', 'resolv.conf'] as const;

/** Which operations of a plan follow from addresses. */
export function freshOps(
  plan: Plan,
  { plan: network }: PreparedNetworks,
  { runtime }: ContainerPaths,
): Map<Op, FreshPart> {
  const fresh = new Map<Op, FreshPart>();
  for (const part of ['host', 'child', 'cleanup'] as const) for (const op of network[part]) fresh.set(op, part);
  const paths = FILES.map((name) => `${runtime}/${name}`);
  for (const op of plan) if (op.op === 'write' && paths.includes(op.path)) fresh.set(op, 'etc');
  // One that is not in the plan as it was given: then nothing of it can be told apart.
  const all = new Set(plan);
  return [...fresh.keys()].every((op) => all.has(op)) ? fresh : new Map();
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
  return { networks, parts: { host, child, cleanup, etc: etcOps(config, networks, paths) } };
}

function etcOps(config: ContainerConfig, { endpoints }: PreparedNetworks, { runtime }: ContainerPaths): Op[] {
  const { hosts = '', resolvConf } = etcTexts(config, endpoints);
  const texts = { hosts, 'resolv.conf': resolvConf };
  return writeEtcFiles(
    FILES.map((name) => {
      return { destination: `/etc/${name}`, path: `${runtime}/${name}`, text: texts[name], because: 'its network' };
    }),
  );
}
