import { NAMESPACE_FILE } from '../../abi/flags/namespace.ts';
import { LimpidError } from '../../base/error.ts';
import type { Linux, NamespaceType } from '../../spec/runtime.ts';
import type { ContainerConfig, NamespaceMode } from '../config.ts';
import type { SpecInputs } from './inputs.ts';
import type { Reasons } from './reasons.ts';

type Unshared = Exclude<NamespaceType, 'mount'>;
const ORDER: readonly Unshared[] = ['user', 'pid', 'network', 'ipc', 'uts', 'cgroup', 'time'];

type Namespaces = Pick<Linux, 'namespaces' | 'uidMappings' | 'gidMappings' | 'timeOffsets'>;

/** Whether the container gets a new namespace of this type, which nobody else is in yet. */
export function ownsNamespace(config: Pick<ContainerConfig, 'namespaces'>, type: Unshared): boolean {
  const { kind } = config.namespaces[type];
  return kind === 'private' || kind === 'none' || kind === 'shareable';
}

/**
 * Whether the container may mount what shows its namespace of this type: in a user namespace only if that one owns it.
 * What is joined beside a joined user namespace is taken to belong to it.
 */
export function mayMount(
  config: Pick<ContainerConfig, 'namespaces'>,
  { joinedMaps }: Pick<SpecInputs, 'joinedMaps'>,
  type: Unshared,
): boolean {
  if (ownsNamespace(config, type)) return true;
  if (ownsNamespace(config, 'user')) return false;
  return joinedMaps === undefined || config.namespaces[type].kind !== 'host';
}

/** The namespaces that are new or joined, the id maps and the clock offsets; a shared one is simply not listed. */
export function planNamespaces(
  config: ContainerConfig,
  inputs: Pick<SpecInputs, 'joined' | 'joinedMaps'>,
  reasons: Reasons,
): Namespaces {
  const namespaces: NonNullable<Linux['namespaces']> = [];
  for (const type of ORDER) {
    const mode = config.namespaces[type];
    const path = namespacePath(type, mode, inputs.joined);
    const own = ownsNamespace(config, type);
    // setns(2) refuses to join the user namespace that one is in, and another container may well be in the host's.
    if (type === 'user' && mode.kind === 'container' && inputs.joinedMaps === undefined) continue;
    if (own || path !== undefined) namespaces.push(path === undefined ? { type } : { type, path });
    reasons.note(`linux.namespaces[${type}]`, `default: ${mode.kind}`);
  }
  namespaces.push({ type: 'mount' });
  reasons.note('linux.namespaces[mount]', 'default: a container has its own root');
  return { namespaces, ...idMaps(config, inputs.joinedMaps), ...clockOffsets(config) };
}

function namespacePath(type: NamespaceType, mode: NamespaceMode, joined: SpecInputs['joined']): string | undefined {
  if (mode.kind === 'path') return mode.path;
  if (mode.kind !== 'container') return undefined;
  const pid = joined[mode.container];
  if (pid !== undefined) return `/proc/${pid}/ns/${NAMESPACE_FILE[type]}`;
  throw new LimpidError({
    code: 'ENOTRUNNING',
    doing: 'join',
    subject: `the ${type} namespace of container "${mode.container}"`,
    why: 'it is not running',
    hint: `start it first: limpid start ${mode.container}`,
  });
}

function idMaps(config: ContainerConfig, joined: SpecInputs['joinedMaps']): Namespaces {
  if (!ownsNamespace(config, 'user')) {
    // runtime-spec has no word on the maps of a joined one; here they tell who its root is on the host.
    if (config.uidMappings.length === 0 && config.gidMappings.length === 0) {
      return joined === undefined ? {} : { uidMappings: [...joined.uidMappings], gidMappings: [...joined.gidMappings] };
    }
    throw invalid('map ids', 'the container has no user namespace of its own');
  }
  if (config.uidMappings.length === 0 || config.gidMappings.length === 0) {
    throw invalid('make a user namespace', 'it needs a map of user ids and one of group ids');
  }
  return { uidMappings: [...config.uidMappings], gidMappings: [...config.gidMappings] };
}

function clockOffsets({ timeOffsets, namespaces }: ContainerConfig): Namespaces {
  if (timeOffsets === undefined) return {};
  if (namespaces.time.kind !== 'private') {
    throw invalid('set clock offsets', 'the container has no time namespace of its own');
  }
  const { monotonicSecs, boottimeSecs } = timeOffsets;
  return {
    timeOffsets: {
      ...(monotonicSecs === undefined ? {} : { monotonic: { secs: monotonicSecs, nanosecs: 0 } }),
      ...(boottimeSecs === undefined ? {} : { boottime: { secs: boottimeSecs, nanosecs: 0 } }),
    },
  };
}

function invalid(doing: string, why: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing, why });
}
