import type { ContainerConfig } from '../../engine/config.ts';
import type { NetworkAttachment } from '../../spec/network.ts';
import type { Typed } from '../parse/parse-options.ts';
import type { CreateOptions } from './options.ts';

/** Options whose words say all that they mean: none of them has a file, a device or a process of this machine looked at. */
const PLAIN: ReadonlySet<string> = new Set(
  (
    'rm cgroup-parent detach interactive attach sig-proxy detach-keys name network publish publish-all expose hostname domainname entrypoint env unsetenv unsetenv-all user ' +
    'group-add workdir umask read-only read-only-tmpfs tmpfs shm-size memory memory-swap memory-reservation ' +
    'memory-swappiness cpu-shares cpu-period cpu-quota cpuset-cpus cpuset-mems pids-limit cap-add cap-drop sysctl ulimit ' +
    'oom-score-adj label annotation stop-signal stop-timeout timeout log-driver cgroupns ipc pid uts'
  ).split(' '),
);

/** Whether the same words would come to the same, as far as they alone can tell; see `isKeepable` for the rest. */
export function isRepeatable(typed: Typed<CreateOptions>, config: ContainerConfig): boolean {
  if ((config.networks ?? []).some((attachment) => !isDefault(attachment))) return false;
  for (const name in typed) if (!PLAIN.has(name)) return false;
  // `-e NAME` is what this environment says.
  return !((typed as Record<string, readonly string[] | undefined>)['env'] ?? []).some((word) => !word.includes('='));
}

/** The default network, wherever it is convenient there. */
function isDefault({ network, ip, ip6, mac, aliases, interfaceName }: NetworkAttachment): boolean {
  const wishes = ip ?? ip6 ?? mac ?? interfaceName;
  return network === 'limpid' && wishes === undefined && aliases.length === 0;
}
