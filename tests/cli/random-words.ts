/** Command lines of `run` and `exec` that nobody would think of, the same for the same seed. */

/** Numbers from a seed: mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Some of them, in any order, perhaps one twice. */
  some<T>(list: readonly T[], most: number): T[] {
    return Array.from({ length: this.below(most + 1) }, () => this.one(list));
  }
}

/** Values that quoting, encoding or a length could spoil. */
const ODD = [
  '',
  ' ',
  'é\u{1f9ea}',
  "it's",
  '"',
  '$HOME',
  '\\n',
  'a\nb',
  '-',
  '--',
  '--name',
  '--name=x',
  '\u0001',
  '%s',
];
const LONG = ['x'.repeat(300), 'y'.repeat(5000), 'é'.repeat(20000)];

type Words = readonly string[];
type Choice = Words | ((random: Random) => Words);

/** Of `run`: each is a group of words that may stand beside any other. */
const RUN_OPTIONS: readonly Choice[] = [
  (random) => ['-e', `A=${random.one([...ODD, ...LONG])}`],
  (random) => [`--env=B=${random.one(ODD)}`],
  ['-e', 'HOME=/elsewhere'],
  ['-e', 'PATH=/nowhere:/bin'],
  ['-e', 'FROM_HOST'],
  ['--unsetenv', 'HOME'],
  ['--unsetenv-all'],
  (random) => ['-w', random.one(['/', '/tmp', '/made/for/it', '/etc/'])],
  (random) => ['-u', random.one(['0', 'root', 'nobody', '1234', '1234:5', 'nobody:root', '0:100', '65534:65534'])],
  ['--group-add', '7,audio'],
  (random) => ['-l', `${random.one(['k', 'é', 'k.k', '--name'])}=${random.one(ODD)}`],
  (random) => ['-l', random.one(['--name=one', 'plain', ''])],
  (random) => ['--annotation', `a=${random.one(ODD)}`],
  (random) => ['-m', random.one(['16m', '64M', '1g', '20971520'])],
  ['-m', '32m', '--memory-swap', '-1'],
  ['-m', '32m', '--memory-reservation', '16m'],
  ['--memory-swappiness', '10'],
  (random) => ['--cpus', random.one(['0.5', '1', '1.25'])],
  ['--cpu-shares', '512'],
  ['--cpu-period', '50000', '--cpu-quota', '20000'],
  ['--cpuset-cpus', '0'],
  ['--pids-limit', '77'],
  (random) => ['-h', random.one(['box', 'a.b.c', 'one', 'host-gateway'])],
  ['--domainname', 'example.org'],
  (random) => ['--entrypoint', random.one(['', '/bin/sh', '["/bin/sh","-u"]', 'sh'])],
  ['--read-only'],
  ['--read-only', '--read-only-tmpfs=false'],
  (random) => ['--tmpfs', random.one(['/t', '/t:size=1m', '/t:rw,mode=0700', '/etc/t'])],
  ['--shm-size', '1m'],
  (random) => ['--cap-add', random.one(['net_admin', 'ALL', 'SYS_TIME,SYS_NICE'])],
  (random) => ['--cap-drop', random.one(['all', 'chown', 'CAP_KILL,mknod'])],
  (random) => ['--ulimit', random.one(['nofile=100:200', 'core=0', 'nproc=50', 'host', 'stack=1048576'])],
  ['--oom-score-adj', '300'],
  (random) => ['--umask', random.one(['0077', '0', '777'])],
  (random) => ['--sysctl', random.one(['net.ipv4.ip_forward=1', 'kernel.shmmax=65536'])],
  (random) => ['--stop-signal', random.one(['9', 'SIGUSR1', 'RTMIN+3'])],
  ['--stop-timeout', '3'],
  ['--timeout', '100'],
  (random) => ['--log-driver', random.one(['json-file', 'k8s-file'])],
  (random) => [`--${random.one(['pid', 'ipc', 'uts', 'cgroupns'])}`, random.one(['host', 'private'])],
  ['--expose', '80'],
  ['--init'],
  ['--security-opt', 'no-new-privileges'],
  ['--dns', '192.0.2.53'],
  ['--add-host', 'peer:192.0.2.1'],
  ['--sig-proxy=false'],
  ['--detach-keys', 'ctrl-a,x'],
  ['-i'],
  ['--pull', 'never'],
  ['-q'],
];

/** Now and then a word that is none of ours. */
const BROKEN: readonly Words[] = [['--nope'], ['-m', '1q'], ['--name', '-x'], ['-e'], [''], ['--network', 'nowhere']];

export interface RandomRun {
  /** What comes between `run` and the words of the container. */
  readonly options: Words;
  /** Of the container, behind its image; a script is `$0` of them. */
  readonly behind: Words;
}

export function randomRun(random: Random, images: Words): RandomRun {
  const options = random
    .some(RUN_OPTIONS, 6)
    .flatMap((choice) => (typeof choice === 'function' ? choice(random) : choice));
  const names =
    random.below(3) === 0 ? [random.one([['--name', 'one'], ['--name=one'], ['--name', 'one', '--name=two']])] : [];
  const broken = random.below(12) === 0 ? [random.one(BROKEN)] : [];
  const kind = random.one([['--rm'], ['--rm'], [], ['-d'], ['-d', '--rm']]);
  const dashes = random.below(10) === 0 ? ['--'] : [];
  return {
    options: [...kind, ...options, ...names.flat(), ...broken.flat(), ...dashes, random.one(images)],
    behind: random.some([...ODD, ...LONG], 3),
  };
}

const EXEC_OPTIONS: readonly Choice[] = [
  (random) => ['-e', `A=${random.one([...ODD, ...LONG])}`],
  (random) => ['-u', random.one(['0', 'nobody', '1234:5', 'root'])],
  (random) => ['-w', random.one(['/', '/tmp', '/nowhere'])],
  ['-i'],
  ['--privileged'],
  ['--detach-keys', ''],
];

/** Between `exec` and the script: options and one of these containers. */
export function randomExec(random: Random, containers: Words): Words {
  const options = random
    .some(EXEC_OPTIONS, 3)
    .flatMap((choice) => (typeof choice === 'function' ? choice(random) : choice));
  return [...options, ...(random.below(10) === 0 ? ['--'] : []), random.one(containers)];
}

/** The same words with another in place of one of the first of them: the more it looks like what is left out of words, the better. */
export function neighbourOf(random: Random, words: Words): Words {
  const at = 1 + random.below(Math.min(words.length - 1, 8));
  // What runs for ever in the background is not to do so before us.
  if (words[at] === '-d') return words;
  return words.with(at, random.one(['--name', '--name=other', '\u0001', 'nobody', 'root', 'other', '-d', '0']));
}
