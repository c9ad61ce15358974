import { statPath } from '../../kernel/file-status.ts';
import { writeFile } from '../../kernel/files.ts';
import type { Endpoint } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';
import { etcTexts } from './etc-texts.ts';

/** /etc/hosts and /etc/resolv.conf of a running container: written in place, as the container has them bound. */
export function rewriteEtcFiles(
  config: ContainerConfig,
  { runtime }: ContainerPaths,
  endpoints: readonly Endpoint[],
): void {
  const { hosts, resolvConf } = etcTexts(config, endpoints);
  const rewrite = (name: string, text: string): void => {
    const path = `${runtime}/${name}`;
    if (statPath(path) !== undefined) writeFile(path, text, { mode: 0o644, sync: false });
  };
  if (hosts !== undefined) rewrite('hosts', hosts);
  rewrite('resolv.conf', resolvConf);
}
