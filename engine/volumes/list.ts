import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { listDirectory, readText } from '../../kernel/files.ts';
import { listRecords } from '../records/read.ts';
import type { World } from '../world.ts';

/** A volume that has a name; one without belongs to its container and goes with it. */
export interface Volume {
  readonly name: string;
  /** Where its files are on this machine. */
  readonly mountpoint: string;
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The containers that have it, by name. */
  readonly users: readonly string[];
}

/** What `createVolume` writes beside the files; a volume that its first use made has nothing of the kind. */
export interface VolumeIntent {
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** How names begin that belong to volumes in the making. */
export const IN_THE_MAKING = '.new-';

export function volumesDirectory({ root }: Pick<World, 'root'>): string {
  return `${root}/volumes`;
}

export function listVolumes(world: World): Volume[] {
  const users = volumeUsers(world);
  return listDirectory(volumesDirectory(world))
    .filter((name) => !name.startsWith(IN_THE_MAKING))
    .toSorted()
    .flatMap((name) => readVolume(world, name, users.get(name) ?? []) ?? []);
}

/** Throws ENOVOLUME. */
export function findVolume(world: World, name: string): Volume {
  const isName = name !== '' && !name.startsWith('.') && !name.includes('/');
  const volume = isName ? readVolume(world, name, volumeUsers(world).get(name) ?? []) : undefined;
  if (volume !== undefined) return volume;
  throw new LimpidError({
    code: 'ENOVOLUME',
    doing: 'find',
    subject: `volume "${name}"`,
    why: 'there is no such volume',
    hint: '`limpid volume ls` lists all',
  });
}

/** A volume by its name, or by the start of only one's. Throws ENOVOLUME, EAMBIGUOUS. */
export function lookUpVolume(world: World, reference: string): Volume {
  const isExact = statPath(`${volumesDirectory(world)}/${reference}`) !== undefined;
  const found = isExact || reference === '' ? [] : listVolumes(world).filter(({ name }) => name.startsWith(reference));
  if (found.length <= 1) return found[0] ?? findVolume(world, reference);
  const names = found.map(({ name }) => `"${name}"`);
  throw new LimpidError({
    code: 'EAMBIGUOUS',
    doing: 'find',
    subject: `volume "${reference}"`,
    why: `${names.slice(0, -1).join(', ')} and ${names.at(-1)} begin so`,
  });
}

/** Names of the containers, running or not, by the volume that they have. */
export function volumeUsers(world: World): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { config } of listRecords(world)) {
    const named = config.mounts.flatMap(({ type, source }) => (type === 'volume' && source ? [source] : []));
    for (const volume of new Set(named)) users.set(volume, [...(users.get(volume) ?? []), config.name]);
  }
  return users;
}

function readVolume(world: World, name: string, users: readonly string[]): Volume | undefined {
  const directory = `${volumesDirectory(world)}/${name}`;
  const status = statPath(directory);
  if (status === undefined) return undefined;
  const made = new Date(Number(status.modifiedNs / 1_000_000n)).toISOString();
  const intent = { created: made, labels: {}, ...readIntent(`${directory}/volume.json`) };
  return { name, mountpoint: `${directory}/_data`, created: intent.created, labels: intent.labels, users };
}

function readIntent(path: string): Partial<VolumeIntent> {
  try {
    return JSON.parse(readText(path) ?? '{}') as Partial<VolumeIntent>;
  } catch {
    // Its files are what counts.
    return {};
  }
}
