import { LimpidError } from '../base/error.ts';

/** Why it is not here, and what to do instead. */
type Answer = readonly [why: string, hint?: string];

const WINDOWS: Answer = ['that is for Windows'];
const HEALTH: Answer = ['there are no health checks', 'let the host ask: `limpid exec CONTAINER COMMAND`'];
const PODS: Answer = ['there are no pods', 'share with --network, --ipc and --uts container:NAME'];
const REMOTE: Answer = ['there is no service to connect to', 'run limpid on that machine, through ssh'];
const SUBIDS: Answer = ['/etc/subuid and /etc/subgid are not read', 'give the ranges with --uidmap and --gidmap'];
const ONE_WAY: Answer = ['there is one way, and nothing to choose', 'see `limpid info`'];
const VOLUME: Answer = ['it is a directory', '`limpid volume inspect --format {{.Mountpoint}} NAME` says where'];
const SWARM: Answer = ['one machine is all there is'];

/** Options of podman and Docker, by name: for whom they are typed, they would have meant the same in each command. */
export const OPTIONS_ELSEWHERE: Readonly<Record<string, Answer>> = {
  'health-cmd': HEALTH,
  'health-interval': HEALTH,
  'health-log-destination': HEALTH,
  'health-max-log-count': HEALTH,
  'health-max-log-size': HEALTH,
  'health-on-failure': HEALTH,
  'health-retries': HEALTH,
  'health-start-interval': HEALTH,
  'health-start-period': HEALTH,
  'health-startup-cmd': HEALTH,
  'health-startup-interval': HEALTH,
  'health-startup-retries': HEALTH,
  'health-startup-success': HEALTH,
  'health-startup-timeout': HEALTH,
  'health-timeout': HEALTH,
  pod: PODS,
  'pod-id-file': PODS,
  'init-ctr': PODS,
  remote: REMOTE,
  url: REMOTE,
  connection: REMOTE,
  identity: REMOTE,
  context: REMOTE,
  host: REMOTE,
  ssh: REMOTE,
  subuidname: SUBIDS,
  subgidname: SUBIDS,
  runtime: ['limpid makes containers itself', 'for others it is the runtime: limpid-runtime'],
  'runtime-flag': ONE_WAY,
  'storage-driver': ['overlay is the only storage driver'],
  conmon: ONE_WAY,
  'conmon-pidfile': ['there is no conmon', '`limpid inspect --format {{.State.MonitorPid}} NAME` tells who watches it'],
  'events-backend': ONE_WAY,
  'network-cmd-path': ONE_WAY,
  'network-config-dir': ['networks are kept below --root'],
  'hooks-dir': ['there are no hooks', 'limpid-runtime runs those of a config.json'],
  module: ['there is no configuration file'],
  config: ['there is no configuration file'],
  volumepath: ['volumes are kept below --root'],
  syslog: ['errors are printed and nowhere else'],
  'cpu-count': WINDOWS,
  'cpu-percent': WINDOWS,
  'io-maxbandwidth': WINDOWS,
  'io-maxiops': WINDOWS,
  isolation: WINDOWS,
  gpus: ['no driver of graphics cards is known', 'give the device: --device /dev/dri'],
  'kernel-memory': ['the kernel has given up that limit', '--memory counts what the kernel keeps, too'],
  link: ['links are networks today', 'put both on one network: they find each other by name'],
  'link-local-ip': ['addresses are those of the network', 'choose one with --ip'],
  'volume-driver': ['a volume is a directory of this machine', 'mount the share on the host, then -v PATH:DEST'],
  'storage-opt': ['what a container may write is not limited'],
  'use-api-socket': ['there is no API socket'],
  secret: ['there are no secrets', 'show a file: -v FILE:/run/secrets/NAME:ro'],
  requires: ['no container waits for another', 'start them in their order'],
  sdnotify: ['systemd is not told', 'Type=exec with `limpid run` in the foreground'],
  systemd: ['nothing is prepared for systemd inside', 'try --tmpfs /run --stop-signal RTMIN+3'],
  'init-path': ['the init is a part of limpid', 'use --init'],
  'seccomp-policy': ['images bring no seccomp profile', 'use --security-opt seccomp=FILE'],
  'preserve-fds': ['only 0, 1 and 2 are passed on'],
  'preserve-fd': ['only 0, 1 and 2 are passed on'],
  'passwd-entry': [
    'the passwd file is that of the image, and a line for who has none',
    'mount one: -v FILE:/etc/passwd',
  ],
  hostuser: ['the passwd file is that of the image', 'run as a number: --user UID:GID'],
  chrootdirs: ['files are written at their places alone'],
  personality: ['not here; limpid-runtime has it'],
  rmi: ['images stay', '`limpid image prune -a` removes those that no container needs'],
  depend: ['who shares its namespaces keeps them', 'name all that are to go'],
  'all-tags': ['each is pushed by its own name'],
  details: ['drivers add nothing to what is logged'],
  tree: ['not here', '`limpid image tree IMAGE` shows one'],
  checkpoint: ['there are no checkpoints', 'limpid-runtime makes them with CRIU'],
  'checkpoint-dir': ['there are no checkpoints', 'limpid-runtime makes them with CRIU'],
};

/** Commands, and whole groups of them; two words where one means another thing elsewhere. */
export const COMMANDS_ELSEWHERE: Readonly<Record<string, Answer>> = {
  build: ['nothing is built yet', 'build with buildah or docker, then `limpid load`; or `limpid commit`'],
  builder: ['nothing is built yet', 'build with buildah or docker, then `limpid load`; or `limpid commit`'],
  buildx: ['nothing is built yet', 'build with buildah or docker, then `limpid load`; or `limpid commit`'],
  compose: ['not yet', 'a network and `limpid run --network NAME` for each'],
  events: ['nobody writes them down', '`limpid wait`, or `limpid ps`'],
  healthcheck: HEALTH,
  pod: PODS,
  kube: PODS,
  play: PODS,
  generate: ['systemd units are short enough to write', 'Type=exec with `limpid run` in the foreground'],
  secret: ['there are no secrets', 'show a file: -v FILE:/run/secrets/NAME:ro'],
  machine: ['there is no virtual machine between'],
  context: REMOTE,
  mount: ['a running one is mounted', '`limpid inspect --format {{.GraphDriver.Data.MergedDir}} NAME` says where'],
  unmount: ['it is unmounted when it ends'],
  umount: ['it is unmounted when it ends'],
  unshare: ['there is no keeper of a user namespace'],
  checkpoint: ['there are no checkpoints', 'limpid-runtime makes them with CRIU'],
  restore: ['there are no checkpoints', 'limpid-runtime makes them with CRIU'],
  swarm: SWARM,
  node: SWARM,
  service: SWARM,
  stack: SWARM,
  config: SWARM,
  plugin: ['there are no plugins'],
  trust: ['policy.json says whom to trust', 'see docs/registries.md'],
  sign: ['images are not signed here', 'skopeo copy --sign-by and cosign do it'],
  'auto-update': ['nothing is updated by itself', '`limpid pull`, then `limpid run --replace`'],
  init: ['a container is made ready by its start', '`limpid start`'],
  cleanup: ['its monitor clears away what a container leaves'],
  clone: ['containers are not copied', '`limpid commit` makes an image of one'],
  runlabel: ['labels are no commands', '`limpid image inspect` shows them'],
  connection: REMOTE,
  'system service': REMOTE,
  migrate: ['there is nothing to migrate'],
  renumber: ['there are no locks with numbers'],
  reset: ['not by one command', '`limpid rm -fa`, `limpid rmi -fa`, `limpid system prune -a --volumes`'],
  'volume export': VOLUME,
  'volume import': VOLUME,
  'volume mount': VOLUME,
  'volume unmount': VOLUME,
  'volume reload': ['drivers other than local have none'],
};

/** What to say of a command or an option that others have; undefined for what nobody has. */
export function knownElsewhere({ code, doing, subject = '' }: LimpidError): LimpidError | undefined {
  const typed = /^"(.*?)"/.exec(subject)?.[1] ?? '';
  const words = typed.split(' ');
  const [table, names] =
    code === 'ECOMMAND'
      ? [COMMANDS_ELSEWHERE, [words.slice(-2).join(' '), words.at(-1)!]]
      : [OPTIONS_ELSEWHERE, [typed.startsWith('--') ? typed.slice(2) : '']];
  const name = names.find((one) => Object.hasOwn(table, one));
  if (name === undefined) return undefined;
  const [why, hint] = table[name]!;
  return new LimpidError({ code, doing, subject, why, ...(hint === undefined ? {} : { hint }) });
}
