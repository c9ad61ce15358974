import type { MountConfig } from '../config.ts';
import { isOverlay } from '../containers/overlay-mounts.ts';
import type { InspectFacts } from './facts.ts';

const PROPAGATIONS = new Set([
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
  'unbindable',
  'runbindable',
]);
const ACCESS = new Set(['ro', 'rw', 'rro', 'rrw']);

/** `Mounts`: what the user mounted from the host, as podman lists it (tmpfs stand in `HostConfig.Tmpfs`). */
export function mountsSection(facts: InspectFacts) {
  return hostMountsOf(facts).map((mount) => {
    const { source, options } = mountOf(facts, mount);
    return {
      Type: mount.type,
      ...(mount.type === 'volume' ? { Name: mount.source ?? '' } : {}),
      Source: source,
      Destination: mount.destination,
      Driver: mount.type === 'volume' ? 'local' : '',
      Mode: '',
      Options: options.filter((word) => !ACCESS.has(word) && !PROPAGATIONS.has(word)),
      RW: !options.includes('ro'),
      Propagation: options.find((word) => PROPAGATIONS.has(word)) ?? 'rprivate',
    };
  });
}

/** `HostConfig.Binds`: `SOURCE:DESTINATION:OPTIONS`, volumes by their names, as they can be given to `-v` again. */
export function bindsSection(facts: InspectFacts): string[] {
  return hostMountsOf(facts).map((mount) => {
    const { source: path, options } = mountOf(facts, mount);
    const source = mount.type === 'volume' && mount.source ? mount.source : path;
    const access = options.includes('ro') ? 'ro' : 'rw';
    return [source, mount.destination, [access, ...options.filter((word) => !ACCESS.has(word))].join(',')].join(':');
  });
}

/** `HostConfig.Tmpfs`: options by destination. */
export function tmpfsSection({ config }: InspectFacts): Record<string, string> {
  const tmpfs = config.mounts.filter(({ type }) => type === 'tmpfs');
  return Object.fromEntries(tmpfs.map(({ destination, options }) => [destination, options.join(',')]));
}

function hostMountsOf({ config }: InspectFacts): MountConfig[] {
  return config.mounts.filter(({ type }) => type === 'bind' || type === 'volume' || type === 'image');
}

/**
 * The mount as the spec resolved it: a volume's directory, and the options that were not typed. Of an overlay what lies
 * below it, and podman's words.
 */
function mountOf({ spec }: InspectFacts, mount: MountConfig) {
  const { source = '', destination, options } = mount;
  const resolved = spec?.mounts?.find((one) => one.destination === destination);
  const own = options.filter((word) => /^(?:[OU]$|upperdir=|workdir=)/.test(word));
  return {
    source: isOverlay(mount) ? source : (resolved?.source ?? source),
    options: [...(resolved?.options ?? options.filter((word) => !own.includes(word))), ...own],
  };
}
