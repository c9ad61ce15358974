import type { HostFacts } from '../../plan/facts.ts';
import type { Linux, RuntimeSpec } from '../../spec/runtime.ts';
import { cgroupPath } from '../cgroup-path.ts';
import type { ContainerConfig } from '../config.ts';
import { planDevices } from './devices.ts';
import { containerHostname } from './hostname.ts';
import type { ReasonedSpec, SpecInputs } from './inputs.ts';
import { planHiddenPaths } from './masked-paths.ts';
import { planMounts, rootfsPropagation } from './mounts.ts';
import { ownsNamespace, planNamespaces } from './namespaces.ts';
import { planProcess } from './process.ts';
import { Reasons } from './reasons.ts';
import { planSysctls } from './sysctl.ts';

/** The runtime-spec that the specs made here follow. */
export const OCI_VERSION = '1.3.0';

/**
 * The OCI runtime spec that a container's config means on this host, and the reason for each of its fields. Follows
 * what podman generates, and is stricter where users do not notice. Pure; throws LimpidError for whatever the config
 * asks that makes no sense, before anything is done.
 */
export function specFromConfig(config: ContainerConfig, inputs: SpecInputs, facts: HostFacts): ReasonedSpec {
  const reasons = new Reasons(config.because);
  const hostname = containerHostname(config, inputs.hostHostname);
  const mounts = planMounts(config, inputs, reasons);
  const spec: RuntimeSpec = {
    ociVersion: OCI_VERSION,
    process: planProcess(config, inputs, facts, hostname, reasons),
    root: { path: inputs.rootPath, readonly: config.readOnly },
    mounts,
    linux: { ...planLinux(config, inputs, reasons), ...rootfsPropagation(mounts) },
  };
  if (ownsNamespace(config, 'uts')) spec.hostname = hostname;
  if (config.domainname !== undefined) spec.domainname = config.domainname;
  if (Object.keys(config.annotations).length > 0) spec.annotations = { ...config.annotations };
  reasons.note('root', `image ${config.image}`);
  reasons.note('hostname', 'default: the short id, or what the host is called where that is shared');
  return { spec, because: reasons.all() };
}

/** Whether the caller is to read and pass a seccomp profile: not for `unconfined`, nor for a privileged default. */
export function wantsSeccomp({ privileged, security }: Pick<ContainerConfig, 'privileged' | 'security'>): boolean {
  return security.seccomp !== 'unconfined' && !(privileged && security.seccomp === 'default');
}

function planLinux(config: ContainerConfig, inputs: SpecInputs, reasons: Reasons): Linux {
  const { devices, rules } = planDevices(config, inputs, reasons);
  const linux: Linux = {
    ...planNamespaces(config, inputs, reasons),
    devices,
    cgroupsPath: cgroupPath(config),
    resources: { ...config.resources, devices: rules },
    sysctl: planSysctls(config, reasons),
    ...planHiddenPaths(config, reasons),
  };
  reasons.note('linux.cgroupsPath', config.cgroupParent === undefined ? 'default: below /limpid' : '--cgroup-parent');
  if (wantsSeccomp(config) && inputs.seccomp !== undefined) linux.seccomp = inputs.seccomp;
  const choice = `seccomp=${config.security.seccomp}`;
  reasons.note(
    'linux.seccomp',
    config.security.seccomp === 'default' ? `default: ${choice}` : `--security-opt ${choice}`,
  );
  return linux;
}
