import { DEFAULT_CONFIG } from '../../engine/default-config.ts';
import type { ContainerConfig, NamespaceMode } from '../../engine/config.ts';
import type { NamespaceType } from '../../spec/runtime.ts';
import { optionError } from '../parse/option-error.ts';
import { commonMode } from './namespace-mode.ts';
import { translateIdMaps } from './id-maps.ts';
import { chooseNetwork, networkFields } from './networks.ts';
import type { CreateRequest } from './request.ts';

type Namespaces = Pick<ContainerConfig, 'namespaces' | 'networks' | 'uidMappings' | 'gidMappings' | 'timeOffsets'>;
type SimpleFlag = 'pid' | 'ipc' | 'uts' | 'cgroupns';

const PRIVATE: NamespaceMode = { kind: 'private' };

/** Which namespaces are the container's own, and which are the host's or another's. */
export function translateNamespaces(request: CreateRequest): Namespaces {
  const maps = translateIdMaps(request);
  const offsets = translateTimeOffsets(request);
  const network = chooseNetwork(request);
  const namespaces = {
    pid: simpleMode(request, 'pid', 'pid', DEFAULT_CONFIG.namespaces.pid),
    ipc: simpleMode(request, 'ipc', 'ipc', DEFAULT_CONFIG.namespaces.ipc),
    uts: simpleMode(request, 'uts', 'uts', DEFAULT_CONFIG.namespaces.uts),
    cgroup: simpleMode(request, 'cgroup', 'cgroupns', DEFAULT_CONFIG.namespaces.cgroup),
    user: userMode(request, maps.uidMappings.length > 0),
    network: network.mode,
    time: timeMode(request, offsets !== undefined),
  };
  return { namespaces, ...networkFields(network), ...maps, ...(offsets === undefined ? {} : { timeOffsets: offsets }) };
}

function simpleMode(
  request: CreateRequest,
  type: NamespaceType,
  flag: SimpleFlag,
  fallback: NamespaceMode,
): NamespaceMode {
  const text = request.options[flag];
  request.because(`linux.namespaces[${type}]`, flag);
  if (text === undefined || text === '') return fallback;
  if ((text === 'shareable' || text === 'none') && flag === 'ipc') return { kind: text };
  const mode = commonMode(text, flag);
  if (mode !== undefined) return mode;
  const extra = flag === 'ipc' ? 'shareable, none, ' : '';
  throw optionError(request.flag(flag), `private, ${extra}host, container:NAME or ns:PATH is wanted`);
}

function userMode(request: CreateRequest, mapped: boolean): NamespaceMode {
  const text = request.options.userns ?? '';
  request.because('linux.namespaces[user]', 'userns', 'uidmap', 'gidmap');
  const flag = request.flag('userns');
  if (text === '') return mapped ? PRIVATE : DEFAULT_CONFIG.namespaces.user;
  if (/^(keep-id|nomap)(:|$)/.test(text))
    throw optionError(flag, 'it is for rootless containers', 'give --uidmap and --gidmap');
  if (/^auto(:|$)/.test(text))
    throw optionError(flag, 'ranges are not chosen automatically', 'give --uidmap and --gidmap');
  const mode = commonMode(text, 'userns');
  if (mode === undefined) throw optionError(flag, 'host, private, container:NAME or ns:PATH is wanted');
  if (mode.kind === 'private' && !mapped)
    throw optionError(flag, 'no user numbers are mapped', 'give --uidmap 0:100000:65536');
  if (mode.kind !== 'private' && mapped) throw optionError(flag, 'maps are only for a user namespace of its own');
  return mode;
}

function timeMode(request: CreateRequest, shifted: boolean): NamespaceMode {
  const text = request.options.timens;
  request.because('linux.namespaces[time]', 'timens', 'time-offset');
  if (text === 'host' && shifted) throw optionError(request.flag('time-offset'), "the host's clocks cannot be shifted");
  return text === 'private' || shifted ? PRIVATE : DEFAULT_CONFIG.namespaces.time;
}

function translateTimeOffsets(request: CreateRequest): Namespaces['timeOffsets'] | undefined {
  const offsets: { monotonicSecs?: number; boottimeSecs?: number } = {};
  for (const text of request.options['time-offset']) {
    const match = /^(monotonic|boottime)=([+-]?\d{1,12})$/.exec(text);
    if (match === null)
      throw optionError(`"${text}" for --time-offset`, 'monotonic=SECONDS or boottime=SECONDS is wanted');
    offsets[match[1] === 'monotonic' ? 'monotonicSecs' : 'boottimeSecs'] = Number(match[2]);
  }
  request.because('linux.timeOffsets', 'time-offset');
  return Object.keys(offsets).length === 0 ? undefined : offsets;
}
