import { renamePath, writeFile } from '../../kernel/files.ts';
import { firewallTable } from '../../network/firewall/table-name.ts';
import { releaseOps } from '../../network/plan.ts';
import { publishedEndpoint } from '../../network/ports/published-endpoint.ts';
import { unpublishOps } from '../../network/ports/publish-ops.ts';
import { encodePlan } from '../../plan/wire.ts';
import type { Endpoint } from '../../spec/network.ts';
import type { ContainerPaths } from '../records/paths.ts';
import type { World } from '../world.ts';
import type { EndpointRecord } from './endpoint-record.ts';
import { laterCleanupPath } from './later-cleanup-op.ts';

/** What a running container has of networks is to go with it: before the kernel is asked for it, so that a kill leaves nothing. */
export function writeLaterCleanup(
  world: World,
  paths: ContainerPaths,
  { endpoints, ports }: EndpointRecord,
  leaving: readonly Endpoint[] = [],
): void {
  const published = publishedEndpoint(endpoints);
  const unpublish = published === undefined ? [] : unpublishOps(firewallTable(world), published, ports);
  const release = [...endpoints, ...leaving].flatMap((endpoint) => releaseOps(world, endpoint));
  const path = laterCleanupPath(paths);
  writeFile(`${path}.tmp`, encodePlan([...unpublish, ...release]), { mode: 0o600, sync: false });
  renamePath(`${path}.tmp`, path);
}
