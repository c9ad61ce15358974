import { LimpidError } from '../../base/error.ts';
import type { Mount } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import { INIT_PATH } from './command.ts';
import type { SpecInputs } from './inputs.ts';
import { isMapped } from './mapped-ids.ts';
import { mayMount } from './namespaces.ts';

/** A mount and who asked for it. */
export interface ReasonedMount {
  readonly mount: Mount;
  readonly because: string;
}

type Joined = Pick<SpecInputs, 'joinedMaps'>;

const TTY_GID = 5;
const SAFE = ['nosuid', 'noexec', 'nodev'];

/** What every container gets unless the user mounts something there: the kernel's file systems and /dev. */
export function defaultMounts(
  config: ContainerConfig,
  inputs: Pick<SpecInputs, 'shm' | 'joinedMaps'>,
): ReasonedMount[] {
  const mounts = [procMount(config, inputs), devMount(), sysMount(config, inputs), ptsMount(config, inputs)];
  mounts.push(...mqueueMount(config, inputs));
  mounts.push(...shmMount(config, inputs.shm), cgroupMount(config));
  if (config.readOnly && config.readOnlyTmpfs) mounts.push(...writableMounts());
  return mounts;
}

/** Files that the engine binds over the rootfs's own. */
export function fileMounts(config: ContainerConfig, inputs: Pick<SpecInputs, 'files' | 'initPath'>): ReasonedMount[] {
  const mounts = Object.entries(inputs.files).map(([destination, source]) =>
    fileMount(
      destination,
      source,
      ['nosuid', 'noexec', 'nodev', ...(config.readOnly ? ['ro'] : [])],
      'default: a file of its own',
    ),
  );
  if (config.init) {
    mounts.push(fileMount(INIT_PATH, initSource(inputs.initPath), ['nosuid', 'nodev', 'ro'], '--init'));
  }
  const zone = zoneFile(config.tz);
  if (zone !== undefined) mounts.push(fileMount('/etc/localtime', zone, [...SAFE, 'ro'], `--tz ${config.tz}`));
  return mounts;
}

/** The rest of the host's files, where its root is the container's: overlayfs shows one file system only. */
export function hostTrees({ hostMounts = [] }: Pick<SpecInputs, 'hostMounts'>): ReasonedMount[] {
  return hostMounts.map((path) => {
    const options = ['rbind', 'rprivate', 'ro', 'rro'];
    return {
      mount: { destination: path, type: 'bind', source: path, options },
      because: 'host: another disk of this host',
    };
  });
}

function procMount(config: ContainerConfig, inputs: Joined): ReasonedMount {
  // Inside a user namespace only the owner of the pid namespace may mount its /proc: bind the host's instead.
  if (!mayMount(config, inputs, 'pid')) {
    return hostTree('/proc', 'default: /proc of the shared pid namespace');
  }
  return fresh(
    '/proc',
    'proc',
    [...SAFE, ...(config.security.procOptions ?? [])],
    'default: the kernel, as this pid namespace sees it',
  );
}

function devMount(): ReasonedMount {
  return fresh(
    '/dev',
    'tmpfs',
    ['nosuid', 'noexec', 'strictatime', 'mode=755', 'size=65536k'],
    'default: device nodes of its own',
  );
}

function sysMount(config: ContainerConfig, inputs: Joined): ReasonedMount {
  const access = config.privileged ? 'rw' : 'ro';
  const because = config.privileged ? '--privileged' : 'default: devices and kernel objects, to look at';
  // sysfs shows a network namespace, and only who owns that may mount it.
  if (!mayMount(config, inputs, 'network')) {
    return hostTree('/sys', because, config.privileged ? [] : ['ro', 'rro']);
  }
  return fresh('/sys', 'sysfs', [...SAFE, access], because);
}

function ptsMount(config: ContainerConfig, { joinedMaps }: Joined): ReasonedMount {
  const options = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'];
  // The group tty; devpts answers EINVAL for one that is not mapped.
  if (isMapped(config, 'gidMappings', TTY_GID, joinedMaps)) options.push(`gid=${TTY_GID}`);
  return fresh('/dev/pts', 'devpts', options, 'default: pseudo-terminals of its own');
}

/**
 * None in a user namespace that does not own the IPC namespace: it may not mount it, and not every host has a
 * /dev/mqueue to bind. mq_open(3) works without.
 */
function mqueueMount(config: ContainerConfig, inputs: Joined): ReasonedMount[] {
  if (!mayMount(config, inputs, 'ipc')) return [];
  return [fresh('/dev/mqueue', 'mqueue', SAFE, 'default: message queues of this IPC namespace')];
}

function shmMount(config: ContainerConfig, shared: string | undefined): ReasonedMount[] {
  if (config.namespaces.ipc.kind === 'none') return [];
  const source = shared ?? (config.namespaces.ipc.kind === 'host' ? '/dev/shm' : undefined);
  if (source !== undefined) {
    const options = ['bind', 'rprivate', ...SAFE];
    return [{ mount: { destination: '/dev/shm', type: 'bind', source, options }, because: '--ipc' }];
  }
  const options = [...SAFE, 'mode=1777', `size=${config.shmSizeBytes}`];
  return [
    {
      mount: { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options },
      because: 'default: shared memory of its own',
    },
  ];
}

/** Of type `cgroup` on v1 and v2 alike, as the runtime-spec's examples have it: the runtime finds the right form. */
function cgroupMount(config: ContainerConfig): ReasonedMount {
  const options = ['rprivate', ...SAFE, 'relatime', config.privileged ? 'rw' : 'ro'];
  return fresh(
    '/sys/fs/cgroup',
    'cgroup',
    options,
    config.privileged ? '--privileged' : 'default: its own limits, to look at',
  );
}

function writableMounts(): ReasonedMount[] {
  const because = '--read-only-tmpfs';
  const options = ['rw', 'rprivate', 'nosuid', 'nodev'];
  return [
    fresh('/tmp', 'tmpfs', [...options, 'mode=1777'], because),
    fresh('/run', 'tmpfs', [...options, 'mode=755'], because),
    fresh('/var/tmp', 'tmpfs', [...options, 'mode=1777'], because),
  ];
}

function fresh(destination: string, type: string, options: readonly string[], because: string): ReasonedMount {
  return { mount: { destination, type, source: type, options: [...options] }, because };
}

function hostTree(path: string, because: string, access: readonly string[] = []): ReasonedMount {
  const options = ['rbind', 'rprivate', ...SAFE, ...access];
  return { mount: { destination: path, type: 'bind', source: path, options }, because };
}

function fileMount(destination: string, source: string, options: readonly string[], because: string): ReasonedMount {
  return { mount: { destination, type: 'bind', source, options: ['bind', 'rprivate', ...options] }, because };
}

function initSource(path: string | undefined): string {
  if (path !== undefined) return path;
  throw new LimpidError({
    code: 'ENOINIT',
    doing: 'use',
    subject: '--init',
    why: 'there is no init program to put first',
  });
}

function zoneFile(tz: string | undefined): string | undefined {
  if (tz === undefined || tz === '') return undefined;
  if (tz === 'local') return '/etc/localtime';
  if (/^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/.test(tz)) return `/usr/share/zoneinfo/${tz}`;
  throw new LimpidError({
    code: 'EOPTION',
    doing: 'use',
    subject: `time zone "${tz}"`,
    why: 'that is no name of a zone',
    hint: 'such as Europe/Vienna, or local',
  });
}
