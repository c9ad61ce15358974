import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { makeDirectories, makeDirectory, renamePath, syncDirectory, writeFile } from '../../kernel/files.ts';
import { removeTree } from '../../store/layers/remove-tree.ts';
import { newId, nowText } from '../caller.ts';
import type { World } from '../world.ts';
import { IN_THE_MAKING, volumesDirectory, type VolumeIntent } from './list.ts';

export interface VolumeRequest {
  /** One is made up where there is none. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface CreateVolumeOptions {
  /** One of that name will do. */
  readonly ignore?: boolean;
}

/** Creates a volume, visible by one rename; answers its name. Throws EOPTION, ENAMEINUSE. */
export async function createVolume(
  world: World,
  { name = newId(), labels = {} }: VolumeRequest = {},
  { ignore = false }: CreateVolumeOptions = {},
): Promise<string> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) throw badName(name);
  const directory = `${volumesDirectory(world)}/${name}`;
  if (statPath(directory) !== undefined) return existing(name, ignore);
  const aside = `${volumesDirectory(world)}/${IN_THE_MAKING}${process.pid}-${newId()}`;
  makeDirectories(aside, 0o755);
  makeDirectory(`${aside}/_data`, 0o755);
  const intent: VolumeIntent = { created: nowText(), labels };
  writeFile(`${aside}/volume.json`, JSON.stringify(intent), { mode: 0o644, sync: true });
  syncDirectory(aside);
  try {
    // Over an empty directory, which is what a start makes first that wants it too.
    renamePath(aside, directory);
  } catch (error) {
    await removeTree(world, aside, 'another command was first');
    if (error instanceof LimpidError && ['ENOTEMPTY', 'EEXIST'].includes(error.code)) return existing(name, ignore);
    throw error;
  }
  syncDirectory(volumesDirectory(world));
  return name;
}

function existing(name: string, ignore: boolean): string {
  if (ignore) return name;
  throw new LimpidError({
    code: 'ENAMEINUSE',
    doing: 'create',
    subject: `volume "${name}"`,
    why: 'there is one of that name',
    hint: 'choose another, or give --ignore',
  });
}

function badName(name: string): LimpidError {
  const why = 'letters, digits, "_", "." and "-" are wanted, a letter or digit first';
  return new LimpidError({ code: 'EOPTION', doing: 'use', subject: `name ${JSON.stringify(name)}`, why });
}
