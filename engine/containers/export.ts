import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { packTree } from '../../store/layers/pack.ts';
import { descriptorSink, fileSink } from '../../store/transports/archive-sink.ts';
import { withMountedLayers } from '../images/with-mounted-layers.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';

/**
 * Writes the files of a container, running or not, as a tar archive to a file or an open descriptor: its layers with
 * what it has changed, without what is mounted in it. Throws ENOCONTAINER.
 */
export async function exportContainer(world: World, reference: string, output: string | number): Promise<void> {
  const record = findRecord(world, reference);
  const { uidMappings, gidMappings, name, rootfs } = record.config;
  if (rootfs.kind === 'host') throw refused(name, 'its root file system is the whole machine');
  const sink = typeof output === 'string' ? fileSink(output, output) : descriptorSink(output, 'standard output');
  try {
    await withMountedLayers(world, await layersOf(world, record), async (root) => {
      for await (const chunk of packTree(root, { uidMappings, gidMappings })) sink.write(chunk);
    });
    sink.commit();
  } finally {
    sink.close();
  }
}

/** Topmost first. What was never started has changed nothing. */
async function layersOf(world: World, { config, paths }: ContainerRecord): Promise<readonly string[]> {
  const layers = await resolveRootfs(world, config.rootfs);
  return statPath(paths.upper) === undefined ? layers : [paths.upper, ...layers];
}

function refused(name: string, why: string): LimpidError {
  return new LimpidError({ code: 'EEXPORT', doing: 'export', subject: `container "${name}"`, why });
}
