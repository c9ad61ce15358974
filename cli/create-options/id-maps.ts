import type { IdMapping } from '../../spec/runtime.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

const LAST_ID = 4_294_967_294;

/** `--uidmap` and `--gidmap`; where only one is given it holds for both, as in podman. */
export function translateIdMaps(request: CreateRequest): {
  uidMappings: readonly IdMapping[];
  gidMappings: readonly IdMapping[];
} {
  const uids = parseMap(request.options.uidmap, '--uidmap');
  const gids = parseMap(request.options.gidmap, '--gidmap');
  const [uidMappings, gidMappings] = [uids.length > 0 ? uids : gids, gids.length > 0 ? gids : uids];
  request.because('linux.uidMappings', uids.length > 0 ? 'uidmap' : 'gidmap');
  request.because('linux.gidMappings', gids.length > 0 ? 'gidmap' : 'uidmap');
  return { uidMappings, gidMappings };
}

function parseMap(texts: readonly string[], flag: string): IdMapping[] {
  const map = texts.map((text) => parseRange(text, flag));
  checkOverlap(map, 'containerID', flag);
  checkOverlap(map, 'hostID', flag);
  return map;
}

function parseRange(text: string, flag: string): IdMapping {
  const [containerID, hostID, size] = text.split(':').map((part) => (/^\d{1,10}$/.test(part) ? Number(part) : -1));
  const parts = text.split(':').length;
  if (parts !== 3 || containerID! < 0 || hostID! < 0 || size! < 1)
    throw optionError(`"${text}" for ${flag}`, 'INSIDE:HOST:COUNT is wanted');
  if (Math.max(containerID!, hostID!) + size! - 1 > LAST_ID)
    throw optionError(`"${text}" for ${flag}`, 'numbers end at 4294967294');
  return { containerID: containerID!, hostID: hostID!, size: size! };
}

// The kernel refuses overlapping ranges with a bare EINVAL.
function checkOverlap(map: readonly IdMapping[], side: 'containerID' | 'hostID', flag: string): void {
  const sorted = [...map].sort((a, b) => a[side] - b[side]);
  for (const [i, range] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next !== undefined && next[side] < range[side] + range.size) {
      const where = side === 'hostID' ? 'host' : 'container';
      throw optionError(flag, `two ranges of the ${where} overlap at ${next[side]}`);
    }
  }
}
