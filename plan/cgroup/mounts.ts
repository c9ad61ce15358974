import { concatMap } from '../../base/concat-map.ts';
import { MOUNT_ATTR_RDONLY, MS_RDONLY } from '../../abi/flags/mount.ts';
import { readOnly } from '../mount-attributes.ts';
import type { ParsedMount } from '../parse-mounts.ts';
import type { Op } from '../ops.ts';
import type { LaunchRequest } from '../request.ts';
import { NONE, SLOT } from '../slots.ts';
import type { MountTargets } from '../targets.ts';
import type { CgroupLayout } from './layout.ts';

/**
 * Child stage: a mount of type `cgroup`. Bound from the host rather than mounted anew: a bind of the container's
 * directory shows the same as a mount within its cgroup namespace, and is cheaper on v1. A container that shares
 * the host's cgroup namespace sees the whole hierarchy, as /proc/self/cgroup speaks of all of it.
 */
export function planCgroupMount(
  mount: ParsedMount,
  targets: MountTargets,
  request: LaunchRequest,
  layout: CgroupLayout,
): Op[] {
  const { target, because } = mount;
  const isPrivate = request.namespaces.created.has('cgroup');
  const { mode, unified, hierarchies } = request.facts.cgroup;
  const makeTarget = targets.directory(target, because);
  if (mode === 'v2') {
    targets.covered(target, 'cgroup2');
    return [...makeTarget, bindCgroup(mount, isPrivate && layout.unified ? layout.unified.path : unified!, target)];
  }
  targets.covered(target, 'tmpfs');
  const shown = isPrivate ? layout.v1 : hierarchies.map((hierarchy) => ({ ...hierarchy, path: hierarchy.mountPoint }));
  const flags = mount.options.flags & ~MS_RDONLY;
  return [
    ...makeTarget,
    {
      op: 'mount',
      stage: 'child',
      because,
      at: SLOT.root,
      target,
      type: 'tmpfs',
      source: 'cgroup',
      flags,
      data: 'mode=755',
    },
    ...concatMap(shown, ({ mountPoint, path, controllers }) => {
      const name = mountPoint.slice(mountPoint.lastIndexOf('/') + 1);
      return [
        ...targets.directory(`${target}/${name}`, because),
        bindCgroup(mount, path, `${target}/${name}`),
        ...links(controllers, name, target, because),
      ];
    }),
    ...(mount.options.flags & MS_RDONLY ? [readOnly(target, because)] : []),
  ];
}

/** `cpu` and `cpuacct` beside `cpu,cpuacct`, which programs look for. */
function links(controllers: readonly string[], name: string, target: string, because: string): Op[] {
  return controllers
    .filter((controller) => controllers.length > 1 && controller !== name && !controller.includes('='))
    .map((controller) => ({
      op: 'symlink',
      stage: 'child',
      because,
      at: SLOT.root,
      path: `${target}/${controller}`,
      target: name,
      existOk: false,
    }));
}

function bindCgroup({ options, because }: ParsedMount, source: string, target: string): Op {
  return {
    op: 'bind',
    stage: 'child',
    because,
    sourceAt: NONE,
    source,
    at: SLOT.root,
    target,
    recursive: false,
    attrSet: options.attrSet | (options.flags & MS_RDONLY ? MOUNT_ATTR_RDONLY : 0),
    attrClear: options.attrClear,
    attrRecursive: false,
    propagation: 0,
    idMap: NONE,
    idMapRecursive: false,
    missingOk: false,
  };
}
