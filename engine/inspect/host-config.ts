import { formatDecimalSize } from '../../base/size.ts';
import type { InspectFacts } from './facts.ts';
import { limitsSection } from './limits.ts';
import { idMappings, modeWord, networkMode, securityWords, usernsWord } from './modes.ts';
import { portBindings } from './network.ts';
import { bindsSection, tmpfsSection } from './mounts.ts';

/** `HostConfig`: what was asked for. */
export function hostConfigSection(facts: InspectFacts) {
  const { config } = facts;
  return {
    Binds: bindsSection(facts),
    ...lifeSection(facts),
    ...isolationSection(facts),
    Tmpfs: tmpfsSection(facts),
    ShmSize: config.shmSizeBytes,
    Devices: config.devices.map(({ hostPath, path, permissions }) => {
      return { PathOnHost: hostPath, PathInContainer: path, CgroupPermissions: permissions };
    }),
    ...limitsSection(facts),
  };
}

function lifeSection({ config, logPath }: InspectFacts) {
  const { log, restart } = config;
  return {
    ContainerIDFile: config.cidFile ?? '',
    LogConfig: {
      Type: log.driver,
      Config: null,
      Path: log.driver === 'none' ? '' : logPath,
      Tag: '',
      Size: formatDecimalSize(log.maxSizeBytes),
    },
    RestartPolicy: { Name: restart.policy, MaximumRetryCount: restart.maxRetries },
    AutoRemove: config.autoRemove,
    Init: config.init,
    Runtime: 'limpid',
    ConsoleSize: [0, 0],
    Isolation: '',
    VolumeDriver: '',
    VolumesFrom: null,
    Links: null,
  };
}

function isolationSection({ config }: InspectFacts) {
  const { namespaces } = config;
  return {
    CgroupManager: 'cgroupfs',
    CgroupMode: modeWord(namespaces.cgroup),
    Cgroup: '',
    Cgroups: 'default',
    NetworkMode: networkMode(config),
    PortBindings: portBindings(config.ports ?? []),
    PublishAllPorts: config.publishAll ?? false,
    Dns: config.names?.servers ?? [],
    DnsOptions: config.names?.options ?? [],
    DnsSearch: config.names?.search ?? [],
    ExtraHosts: config.names?.hosts ?? [],
    GroupAdd: config.groups,
    IpcMode: modeWord(namespaces.ipc),
    PidMode: modeWord(namespaces.pid),
    UTSMode: modeWord(namespaces.uts),
    UsernsMode: usernsWord(config),
    ...idMappings(config),
    CapAdd: config.capAdd,
    CapDrop: config.capDrop,
    OomScoreAdj: config.oomScoreAdj ?? 0,
    Privileged: config.privileged,
    ReadonlyRootfs: config.readOnly,
    SecurityOpt: securityWords(config.security),
  };
}
