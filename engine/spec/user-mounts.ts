import { isMountOptionWord, parseMountOptions } from '../../abi/mount-options.ts';
import { LimpidError } from '../../base/error.ts';
import type { Mount } from '../../spec/runtime.ts';
import type { ContainerConfig, MountConfig } from '../config.ts';
import type { ReasonedMount } from './default-mounts.ts';
import type { SpecInputs } from './inputs.ts';
import { cleanPath, isAtOrBelow } from './paths.ts';
import { planUser, type ProcessInputs } from './process.ts';

/** Files of /proc that may be replaced, as lxcfs does: runc's list. Anything else there would fool the programs inside. */
const PROC_FILES = new Set(
  ['cpuinfo', 'diskstats', 'loadavg', 'meminfo', 'net/dev', 'slabinfo', 'stat', 'swaps', 'uptime'].map(
    (file) => `/proc/${file}`,
  ),
);

/** SELinux labels, which this machine's mounts do not carry, and what is done to the source before it is bound. */
const IGNORED_WORDS = new Set(['z', 'Z', 'copy', 'nocopy', 'O', 'U']);
const IGNORED_KEYS = /^(?:upperdir|workdir)=/;

type MountInputs = ProcessInputs & Pick<SpecInputs, 'volumes' | 'overlays'>;

/** The mounts the user asked for (`-v`, `--mount`, `--tmpfs`), in their order. Throws `EMOUNT` where one makes no sense. */
export function userMounts(config: ContainerConfig, inputs: MountInputs): ReasonedMount[] {
  const taken = new Set<string>();
  return config.mounts.map((wanted) => {
    const destination = cleanPath(wanted.destination);
    checkDestination(wanted, destination, taken);
    taken.add(destination);
    return { mount: ociMount(wanted, destination, config, inputs), because: wanted.because };
  });
}

function checkDestination(wanted: MountConfig, destination: string, taken: ReadonlySet<string>): void {
  if (destination === '/') throw refuse(wanted, 'the root is not replaced by a mount', 'use --rootfs');
  if (taken.has(destination)) throw refuse(wanted, 'something else is to be mounted there as well');
  if (!isAtOrBelow(destination, '/proc') || PROC_FILES.has(destination)) return;
  const isProcItself = destination === '/proc' && wanted.type === 'bind' && wanted.source === '/proc';
  if (!isProcItself) throw refuse(wanted, 'what lies below /proc is not to be replaced');
}

function ociMount(wanted: MountConfig, destination: string, config: ContainerConfig, inputs: MountInputs): Mount {
  const words = wanted.options.filter((word) => !IGNORED_WORDS.has(word) && !IGNORED_KEYS.test(word));
  const overlay = inputs.overlays[wanted.destination];
  switch (wanted.type) {
    case 'bind':
      return bindMount(wanted, destination, overlay ?? cleanPath(wanted.source ?? ''), words, config);
    case 'volume': {
      const source = overlay ?? volumePath(wanted, inputs.volumes);
      return bindMount(wanted, destination, source, ['nosuid', 'nodev', ...words], config);
    }
    case 'image':
      return bindMount(wanted, destination, overlay!, ['nosuid', 'nodev', ...words], config);
    case 'tmpfs':
    case 'ramfs':
      return {
        destination,
        type: wanted.type,
        source: wanted.type,
        options: tmpfsOptions(wanted.options.includes('U') ? [...words, ...ownerWords(config, inputs)] : words),
      };
    default:
      return { destination, type: wanted.type, source: wanted.type, options: ['nosuid', 'noexec', ...words] };
  }
}

function bindMount(
  wanted: MountConfig,
  destination: string,
  source: string,
  words: readonly string[],
  config: ContainerConfig,
): Mount {
  const unknown = words.find((word) => !isMountOptionWord(word));
  // The kernel would ignore it without a word.
  if (unknown !== undefined) throw refuse(wanted, `a bind mount has no option "${unknown}"`);
  const parsed = parseMountOptions(words);
  const options = [...words];
  if (!parsed.bind) options.unshift('rbind');
  if (parsed.propagation === 0) options.push('rprivate');
  // Read-only means all of it: without `rro` what is mounted below the source stays writable.
  if (words.includes('ro') && !words.includes('bind') && !words.includes('rrw')) options.push('rro');
  const maps =
    parsed.idMap === 'no' ? {} : { uidMappings: [...config.uidMappings], gidMappings: [...config.gidMappings] };
  return { destination, type: 'bind', source, options, ...maps };
}

function volumePath(wanted: MountConfig, volumes: SpecInputs['volumes']): string {
  const key = wanted.source === undefined || wanted.source === '' ? wanted.destination : wanted.source;
  const path = volumes[key];
  if (path === undefined) throw refuse(wanted, `there is no volume "${key}"`);
  return path;
}

/** podman's and Docker's documented defaults, each lifted by its opposite (`exec`, `suid`, `dev`). */
function tmpfsOptions(words: readonly string[]): string[] {
  return ['nosuid', 'nodev', 'noexec', ...words];
}

/** `U`: a tmpfs is made for who runs inside. */
function ownerWords(config: ContainerConfig, inputs: MountInputs): string[] {
  const { uid, gid } = planUser(config, inputs);
  return [`uid=${uid}`, `gid=${gid}`];
}

function refuse({ destination, because }: MountConfig, why: string, hint?: string): LimpidError {
  return new LimpidError({
    code: 'EMOUNT',
    doing: 'mount',
    subject: `at "${destination}" for "${because}"`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}
