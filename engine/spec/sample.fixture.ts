import { CAPABILITIES } from '../../abi/capability.ts';
import { LimpidError } from '../../base/error.ts';
import type { HostFacts } from '../../plan/facts.ts';
import type { ContainerConfig, NamespaceMode } from '../config.ts';
import type { SpecInputs } from './inputs.ts';

const PRIVATE: NamespaceMode = { kind: 'private' };
const HOST: NamespaceMode = { kind: 'host' };

/** What `limpid run --network none builtin:busybox sleep 60` resolves to. */
export const SAMPLE_CONFIG: ContainerConfig = {
  id: '4f5e6d7c8b9a00112233445566778899aabbccddeeff00112233445566778899',
  name: 'lab',
  created: '2026-01-02T03:04:05.000000006Z',
  rootfs: { kind: 'builtin', name: 'busybox' },
  image: 'builtin:busybox',
  command: ['sleep', '60'],
  env: {},
  labels: {},
  annotations: {},
  groups: [],
  umask: 0o022,
  terminal: false,
  interactive: false,
  readOnly: false,
  readOnlyTmpfs: true,
  autoRemove: false,
  init: false,
  privileged: false,
  capAdd: [],
  capDrop: [],
  security: { noNewPrivileges: false, seccomp: 'default', mask: [], unmask: [] },
  namespaces: {
    pid: PRIVATE,
    network: { kind: 'none' },
    ipc: { kind: 'shareable' },
    uts: PRIVATE,
    user: HOST,
    cgroup: PRIVATE,
    time: HOST,
  },
  uidMappings: [],
  gidMappings: [],
  mounts: [],
  devices: [],
  deviceRules: [],
  sysctls: {},
  ulimits: [],
  shmSizeBytes: 65536000,
  resources: { pids: { limit: 2048 } },
  log: { driver: 'k8s-file', maxSizeBytes: 0, maxFiles: 1 },
  stopSignal: 15,
  stopTimeoutS: 10,
  timeoutS: 0,
  restart: { policy: 'no', maxRetries: 0 },
  passwdEntries: true,
  because: {},
};

export const SAMPLE_INPUTS: SpecInputs = {
  rootPath: '/var/lib/limpid/containers/4f5e/merged',
  image: {},
  passwd: 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n',
  group: 'root:x:0:\nwheel:x:10:alice\naudio:x:29:\nalice:x:1000:\n',
  hostHostname: 'mothership',
  hostDevices: [],
  joined: {},
  volumes: {},
  overlays: {},
  files: { '/etc/hostname': '/run/limpid/4f5e/hostname', '/etc/hosts': '/run/limpid/4f5e/hosts' },
};

/** Root on a v2 host, with everything root can have. */
export const SAMPLE_FACTS: HostFacts = {
  arch: 'x86_64',
  kernelRelease: '6.18.0',
  bootId: '00000000-0000-0000-0000-000000000000',
  uid: 0,
  capabilities: (1n << BigInt(CAPABILITIES.length)) - 1n,
  lastCapability: CAPABILITIES.length - 1,
  cgroup: {
    mode: 'v2',
    unified: '/sys/fs/cgroup',
    unifiedControllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'],
    hierarchies: [],
    cpus: '0-1',
    mems: '0',
    swapAccounting: true,
  },
  rlimits: { 6: { soft: 62000n, hard: 62000n }, 7: { soft: 1024n, hard: 2n ** 64n - 1n } },
  pageSize: 4096,
};

/** The sample with some fields changed; namespaces and security are merged. */
export function sampleConfig(
  changes: Partial<Omit<ContainerConfig, 'namespaces' | 'security'>> & {
    namespaces?: Partial<ContainerConfig['namespaces']>;
    security?: Partial<ContainerConfig['security']>;
  } = {},
): ContainerConfig {
  const { namespaces, security, ...rest } = changes;
  return {
    ...SAMPLE_CONFIG,
    ...rest,
    namespaces: { ...SAMPLE_CONFIG.namespaces, ...namespaces },
    security: { ...SAMPLE_CONFIG.security, ...security },
  };
}

/** `CODE: message` of the LimpidError that an action throws, else what it returned. */
export function failure(action: () => unknown): string {
  try {
    return `no error, but ${JSON.stringify(action())}`;
  } catch (error) {
    if (!(error instanceof LimpidError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}
