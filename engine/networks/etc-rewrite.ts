import { statPath } from '../../kernel/file-status.ts';
import { writeFile } from '../../kernel/files.ts';
import type { Endpoint } from '../../spec/network.ts';
import type { ContainerPaths } from '../records/paths.ts';
import { listRecords, type ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { etcTexts, type EtcTexts } from './etc-texts.ts';
import { joinedEtcTexts } from './joined-etc-texts.ts';

/**
 * /etc/hosts and /etc/resolv.conf of a running container, and of those that are in its network: written in place, as they
 * have them bound.
 */
export function rewriteEtcFiles(
  world: World,
  { config, paths }: Pick<ContainerRecord, 'config' | 'paths'>,
  endpoints: readonly Endpoint[],
): void {
  rewrite(paths, etcTexts(config, endpoints));
  for (const guest of listRecords(world)) {
    const { network } = guest.config.namespaces;
    if (network.kind === 'container' && network.container === config.id)
      rewrite(guest.paths, joinedEtcTexts(world, guest.config, config.id));
  }
}

/** A container that does not run has none, and gets them when it starts. */
function rewrite({ runtime }: ContainerPaths, { hosts, resolvConf }: EtcTexts): void {
  const texts = { ...(hosts === undefined ? {} : { hosts }), 'resolv.conf': resolvConf };
  for (const [name, text] of Object.entries(texts)) {
    const path = `${runtime}/${name}`;
    if (statPath(path) !== undefined) writeFile(path, text, { mode: 0o644, sync: false });
  }
}
