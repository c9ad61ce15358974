import { CAPABILITIES } from '../abi/capability.ts';
import { mountOptionWords } from '../abi/mount-options.ts';
import { SECCOMP_OPERATORS } from '../abi/seccomp/profile.ts';
import { SYSCALL_ABIS } from '../abi/seccomp/syscall-abi.ts';

/** The newest version of the runtime spec that is understood. */
export const OCI_VERSION = '1.3.0';

/** As crun's `--version` lists what it was built with. */
export const RUNTIME_FEATURE_WORDS = ['CAP', 'SECCOMP', 'EBPF', 'CRIU', 'SYSTEMD'];

const SECCOMP_FLAGS = ['LOG', 'SPEC_ALLOW', 'TSYNC', 'WAIT_KILLABLE_RECV'].map((name) => `SECCOMP_FILTER_FLAG_${name}`);

/** runtime-spec, features.md. */
export function runtimeFeatures(version: string): Record<string, unknown> {
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: OCI_VERSION,
    hooks: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
    mountOptions: mountOptionWords().toSorted(),
    linux: {
      namespaces: ['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts'],
      capabilities: CAPABILITIES,
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: false, rdma: true },
      seccomp: {
        enabled: true,
        actions: ['ALLOW', 'ERRNO', 'KILL', 'KILL_PROCESS', 'KILL_THREAD', 'LOG', 'NOTIFY', 'TRACE', 'TRAP'].map(
          (name) => `SCMP_ACT_${name}`,
        ),
        operators: [...SECCOMP_OPERATORS].toSorted(),
        archs: Object.keys(SYSCALL_ABIS).toSorted(),
        knownFlags: SECCOMP_FLAGS,
        supportedFlags: SECCOMP_FLAGS,
      },
      apparmor: { enabled: true },
      selinux: { enabled: false },
      intelRdt: { enabled: true, schemata: true, monitoring: true },
      mountExtensions: { idmap: { enabled: true } },
      netDevices: { enabled: true },
    },
    annotations: { 'io.limpid.version': version },
  };
}
