import type { ContainerConfig, NamespaceMode, SecurityConfig } from '../config.ts';

/** A namespace's mode as its flag takes it: `private`, `host`, `container:ID`, `ns:PATH`. */
export function modeWord(mode: NamespaceMode): string {
  if (mode.kind === 'container') return `container:${mode.container}`;
  return mode.kind === 'path' ? `ns:${mode.path}` : mode.kind;
}

/** `NetworkMode`: podman says `bridge` of whatever is on a network. */
export function networkMode({ namespaces, networks = [] }: Pick<ContainerConfig, 'namespaces' | 'networks'>): string {
  return namespaces.network.kind === 'private' && networks.length > 0 ? 'bridge' : modeWord(namespaces.network);
}

/** `UsernsMode` is empty for podman's default, the host's. */
export function usernsWord({ namespaces }: Pick<ContainerConfig, 'namespaces'>): string {
  return namespaces.user.kind === 'host' ? '' : modeWord(namespaces.user);
}

/** `SecurityOpt`: what `--security-opt` would have to say. */
export function securityWords(security: SecurityConfig): string[] {
  const words: string[] = [];
  if (security.noNewPrivileges) words.push('no-new-privileges');
  if (security.seccomp !== 'default') words.push(`seccomp=${security.seccomp}`);
  if (security.apparmor !== undefined) words.push(`apparmor=${security.apparmor}`);
  if (security.mask.length > 0) words.push(`mask=${security.mask.join(':')}`);
  if (security.unmask.length > 0) words.push(`unmask=${security.unmask.join(':')}`);
  if (security.procOptions !== undefined) words.push(`proc-opts=${security.procOptions.join(',')}`);
  return words;
}

/** `IDMappings`: `INSIDE:HOST:COUNT` each. */
export function idMappings({ uidMappings, gidMappings }: Pick<ContainerConfig, 'uidMappings' | 'gidMappings'>) {
  if (uidMappings.length === 0 && gidMappings.length === 0) return {};
  const words = (maps: ContainerConfig['uidMappings']) =>
    maps.map(({ containerID, hostID, size }) => `${containerID}:${hostID}:${size}`);
  return { IDMappings: { UidMap: words(uidMappings), GidMap: words(gidMappings) } };
}
