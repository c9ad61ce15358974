import { parseMountOptions, type MountOptions } from '../abi/mount-options.ts';
import type { IdMapping, Mount } from '../spec/runtime.ts';
import type { LaunchRequest } from './request.ts';
import { specError } from './spec-error.ts';
import { idMap } from './user-namespace.ts';

/** A spec's mount, read: where it goes, and what its options mean. */
export interface ParsedMount {
  readonly target: string;
  readonly type: string;
  readonly source: string;
  readonly isBind: boolean;
  readonly options: MountOptions;
  readonly because: string;
  /** Only for a mount whose files' ids are mapped. */
  readonly ids?: MountIds;
}

/** How the ids of a mount's files are shifted: runtime-spec, Mounts, `uidMappings`, `idmap`, `ridmap`. */
export interface MountIds {
  readonly uidMap: string;
  readonly gidMap: string;
  readonly recursive: boolean;
}

/** Reads `mounts`. Throws LimpidError `ESPEC` for one that no plan can express. */
export function parseMounts({ spec, because }: Pick<LaunchRequest, 'spec' | 'because'>): ParsedMount[] {
  return (spec.mounts ?? []).map((mount) => {
    const options = parseMountOptions(mount.options ?? []);
    const target = cleanTarget(mount.destination);
    const isBind = options.bind || mount.type === 'bind';
    const source = mount.source ?? mount.type ?? '';
    refuseMount(mount, options, target, isBind);
    const reason = because(`mounts[${mount.destination}]`);
    const ids = mountIds(mount, options.idMap, { spec });
    const parsed = { target, type: mount.type ?? 'none', source, isBind, options, because: reason };
    return ids === undefined ? parsed : { ...parsed, ids };
  });
}

/** `destination` without empty and `.` parts, and with `..` resolved in the text: the kernel then stays below the root. */
export function cleanTarget(destination: string): string {
  const names: string[] = [];
  for (const name of destination.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

function refuseMount(
  { destination, uidMappings, gidMappings, source }: Mount,
  options: MountOptions,
  target: string,
  isBind: boolean,
): void {
  const field = `mounts[${destination}]`;
  if (target === '/') throw specError(field, 'the root itself cannot be mounted over');
  if (isBind && !source?.startsWith('/')) throw specError(field, `the source "${source ?? ''}" is no absolute path`);
  const isMapped = options.idMap !== 'no' || uidMappings?.length || gidMappings?.length;
  if (isMapped && !isBind) throw specError(field, 'only what is bound can have its ids mapped');
}

/** The maps of a mount; those of the container where it says `idmap` alone. Throws LimpidError `ESPEC` for half of them. */
function mountIds(
  mount: Mount,
  option: 'no' | 'mount' | 'tree',
  { spec }: Pick<LaunchRequest, 'spec'>,
): MountIds | undefined {
  const { uidMappings = [], gidMappings = [], destination } = mount;
  const isSaid = uidMappings.length > 0 || gidMappings.length > 0;
  if (option === 'no' && !isSaid) return undefined;
  const field = `mounts[${destination}]`;
  const uids: readonly IdMapping[] = isSaid ? uidMappings : (spec.linux?.uidMappings ?? []);
  const gids: readonly IdMapping[] = isSaid ? gidMappings : (spec.linux?.gidMappings ?? []);
  if (uids.length === 0 || gids.length === 0)
    throw specError(field, 'ids are mapped by uidMappings and gidMappings together');
  return { uidMap: idMap(uids), gidMap: idMap(gids), recursive: option === 'tree' };
}
