import { signalName } from '../../abi/signal.ts';
import type { InspectFacts } from './facts.ts';
import { hostConfigSection } from './host-config.ts';
import { mountsSection } from './mounts.ts';
import { networkSection } from './network.ts';
import { stateSection } from './state.ts';

/** `limpid inspect` of a container: the fields of podman's, with their names and places, and docker's `LogPath`. */
export type ContainerInspect = ReturnType<typeof inspectDocument>;

/** Puts together what is known of a container. Pure. */
export function inspectDocument(facts: InspectFacts) {
  const { config, lower, paths, logPath, restarts } = facts;
  const [path = '', ...args] = wordsOf(facts);
  return {
    Id: config.id,
    Created: config.created,
    Path: path,
    Args: args,
    State: stateSection(facts),
    ...imageSection(facts),
    Pod: '',
    ...placesSection(facts),
    Name: config.name,
    RestartCount: restarts,
    Driver: 'overlay',
    Platform: 'linux',
    ...rightsSection(facts),
    ExecIDs: [],
    GraphDriver: {
      Name: 'overlay',
      Data: { LowerDir: lower.join(':'), UpperDir: paths.upper, WorkDir: paths.work, MergedDir: paths.merged },
    },
    Mounts: mountsSection(facts),
    Dependencies: facts.dependencies,
    NetworkSettings: networkSection(facts),
    LogPath: config.log.driver === 'none' ? '' : logPath,
    Namespace: '',
    IsInfra: false,
    IsService: false,
    Config: configSection(facts),
    HostConfig: hostConfigSection(facts),
  };
}

function wordsOf({ config, spec }: InspectFacts): readonly string[] {
  return spec?.process?.args ?? [...(config.entrypoint ?? []), ...config.command];
}

function imageSection({ config: { image, rootfs } }: InspectFacts) {
  if (rootfs.kind === 'directory') return { Image: '', ImageDigest: '', ImageName: '', Rootfs: rootfs.path };
  if (rootfs.kind !== 'image') return { Image: image, ImageDigest: '', ImageName: image, Rootfs: '' };
  const id = rootfs.id.slice(rootfs.id.indexOf(':') + 1);
  return { Image: id, ImageDigest: rootfs.digest, ImageName: image, Rootfs: '' };
}

function placesSection({ config, paths, state }: InspectFacts) {
  // They are written at the start.
  const file = (name: string) => (state.startedAt === undefined ? '' : `${paths.runtime}/${name}`);
  return {
    ResolvConfPath: file('resolv.conf'),
    HostnamePath: file('hostname'),
    HostsPath: file('hosts'),
    StaticDir: paths.storage,
    // The runtime spec is computed at each start and not kept: `--show=spec` prints it.
    OCIConfigPath: '',
    OCIRuntime: 'limpid',
    ConmonPidFile: '',
    PidFile: config.pidFile ?? '',
  };
}

function rightsSection({ config, spec, live }: InspectFacts) {
  const { effective = [], bounding = [] } = spec?.process?.capabilities ?? {};
  return {
    MountLabel: spec?.linux?.mountLabel ?? '',
    ProcessLabel: config.security.selinuxLabel ?? '',
    AppArmorProfile: config.security.apparmor ?? '',
    EffectiveCaps: live?.effectiveCapabilities ?? [...effective].sort(),
    BoundingCaps: live?.boundingCapabilities ?? [...bounding].sort(),
  };
}

function configSection({ config, spec }: InspectFacts) {
  return {
    Hostname: spec?.hostname ?? config.hostname ?? config.id.slice(0, 12),
    Domainname: config.domainname ?? '',
    User: config.user ?? '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: config.terminal,
    OpenStdin: config.interactive,
    StdinOnce: false,
    Env: spec?.process?.env ?? Object.entries(config.env).map(([name, value]) => `${name}=${value}`),
    Cmd: config.command,
    Image: config.image,
    Volumes: null,
    WorkingDir: spec?.process?.cwd ?? config.workdir ?? '/',
    Entrypoint: config.entrypoint ?? [],
    OnBuild: null,
    Labels: config.labels,
    Annotations: config.annotations,
    StopSignal: signalName(config.stopSignal),
    HealthcheckOnFailureAction: 'none',
    CreateCommand: config.createCommand ?? null,
    ...(config.tz === undefined ? {} : { Timezone: config.tz }),
    Umask: config.umask.toString(8).padStart(4, '0'),
    Timeout: config.timeoutS,
    StopTimeout: config.stopTimeoutS,
    Passwd: config.passwdEntries,
    sdNotifyMode: 'ignore',
  };
}
