import type { MountConfig } from '../../engine/config.ts';
import { optionError } from '../parse/option-error.ts';
import { mountWords, TMPFS_DEFAULTS, withoutLabels } from './mount-words.ts';
import { parseMountOption } from './mount-option.ts';
import { destinationOf, volumeName } from './mount-place.ts';
import type { CreateRequest } from './request.ts';

/** The mounts that `--mount`, `-v` and `--tmpfs` ask for, in this order; no two at one place. */
export function translateMounts(request: CreateRequest): MountConfig[] {
  const { options, typed } = request;
  const mounts = [
    ...options.mount.map((text, i) => parseMountOption(request, text, typed.mount![i]!)),
    ...options.volume.map((text, i) => parseVolume(request, text, typed.volume![i]!)),
    ...options.tmpfs.map((text, i) => parseTmpfs(text, typed.tmpfs![i]!)),
  ];
  for (const [i, mount] of mounts.entries()) {
    const earlier = mounts.slice(0, i).find(({ destination }) => destination === mount.destination);
    if (earlier !== undefined)
      throw optionError(mount.because, `${earlier.because} mounts at "${mount.destination}" already`);
    const mapped = mount.options.find((word) => word === 'idmap' || word === 'ridmap');
    if (mapped !== undefined && options.uidmap.length === 0 && options.gidmap.length === 0)
      throw optionError(`"${mapped}" in ${mount.because}`, 'no ids are mapped', 'give --uidmap and --gidmap');
    request.note(`mounts[${mount.destination}]`, mount.because);
  }
  return mounts;
}

/** `[SOURCE:]DEST[:OPTIONS]`: a source that begins with `/` or `.` is a host path, another names a volume. */
function parseVolume(request: CreateRequest, text: string, because: string): MountConfig {
  const parts = text.split(':');
  if (parts.length > 3) throw optionError(because, '[SOURCE:]DEST[:OPTIONS] is wanted');
  const [source, place, words] = parts.length === 1 ? ['', parts[0]!, ''] : [parts[0]!, parts[1]!, parts[2] ?? ''];
  if (parts.length > 1 && source === '') throw optionError(because, 'the source is empty');
  const destination = destinationOf(place, because);
  const given = withoutLabels(
    words.split(',').filter((word) => word !== ''),
    () => request.host.hasSelinux,
    because,
  );
  if (/^[/.]/.test(source)) {
    return {
      type: 'bind',
      source: request.hostPath(source),
      destination,
      options: mountWords('bind', given, because),
      because,
    };
  }
  return {
    type: 'volume',
    source: volumeName(source, because),
    destination,
    options: mountWords('volume', given, because),
    because,
  };
}

function parseTmpfs(text: string, because: string): MountConfig {
  const colon = text.indexOf(':');
  const place = colon === -1 ? text : text.slice(0, colon);
  const words =
    colon === -1
      ? []
      : text
          .slice(colon + 1)
          .split(',')
          .filter((word) => word !== '');
  return {
    type: 'tmpfs',
    destination: destinationOf(place, because),
    options: mountWords('tmpfs', words, because, TMPFS_DEFAULTS),
    because,
  };
}
