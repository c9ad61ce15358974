import { LimpidError } from '../../base/error.ts';
import type { ContainerConfig, MountConfig } from '../config.ts';
import { findRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { volumeDirectories } from './volumes.ts';

const WORDS = new Set(['ro', 'rw', 'z', 'Z']);

/**
 * The config with the binds and volumes of other containers, each `CONTAINER[:ro|rw]`; what is mounted at the same place
 * already stays. Throws ENOCONTAINER, EOPTION.
 */
export function withVolumesFrom(world: World, config: ContainerConfig, sources: readonly string[]): ContainerConfig {
  const mounts = [...config.mounts];
  const reasons: Record<string, string> = {};
  for (const source of sources) {
    const [reference = '', words = ''] = source.split(':', 2);
    const because = `--volumes-from ${source}`;
    const wanted = words.split(',').filter((word) => word !== '');
    for (const word of wanted) if (!WORDS.has(word)) throw badWord(word, because);
    for (const mount of mountsOf(world, reference)) {
      if (mounts.some(({ destination }) => destination === mount.destination)) continue;
      mounts.push({ ...mount, options: withAccess(mount.options, wanted), because });
      reasons[`mounts[${mount.destination}]`] = because;
    }
  }
  return { ...config, mounts, because: { ...config.because, ...reasons } };
}

/** A volume without a name belongs to its container: another one has it as a directory. */
function mountsOf(world: World, reference: string): MountConfig[] {
  const { config } = findRecord(world, reference);
  const directories = volumeDirectories(world, config);
  return config.mounts.flatMap((mount): MountConfig[] => {
    if (mount.type === 'bind' || (mount.type === 'volume' && mount.source)) return [mount];
    const options = mount.options.filter((word) => word !== 'nocopy');
    return mount.type === 'volume'
      ? [{ ...mount, type: 'bind', source: directories[mount.destination]!, options }]
      : [];
  });
}

function withAccess(options: readonly string[], wanted: readonly string[]): string[] {
  const access = wanted.findLast((word) => word === 'ro' || word === 'rw');
  return access === undefined ? [...options] : [...options.filter((word) => word !== 'ro' && word !== 'rw'), access];
}

function badWord(word: string, because: string): LimpidError {
  const subject = `"${word}" in ${because}`;
  return new LimpidError({ code: 'EOPTION', doing: 'use', subject, why: 'ro or rw is wanted' });
}
