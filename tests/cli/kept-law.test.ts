/**
 * Law: whatever words a `run` or an `exec` has, and whoever calls it, what it comes to by what was kept is what it comes to the
 * whole way; and so it is for words that are almost the same as those that were kept.
 *   LIMPID_SEED=7 LIMPID_CASES=200 bun test tests/cli/kept-law.test.ts
 */
import { expect, test } from 'bun:test';
import { BUSYBOX, privateWorld, type RunOptions } from './limpid.ts';
import { FOR_EVER, observe, observeWhole, PROBE } from './observed.ts';
import { neighbourOf, Random, randomExec, randomRun } from './random-words.ts';

const SEED = Number(process.env['LIMPID_SEED'] ?? 10);
const CASES = Number(process.env['LIMPID_CASES'] ?? 3);
const world = privateWorld();

async function isAsTheWholeWay(words: readonly string[], options: RunOptions = {}): Promise<boolean> {
  const { observed, isKept } = await observe(world, words, options);
  const whole = await observeWhole(world, words, options);
  expect({ words, ...observed }).toEqual({ words, ...whole.observed });
  return isKept;
}

/** Answers whether what was kept could be used. */
async function holds(random: Random, words: readonly string[]): Promise<boolean> {
  const options = { input: random.one(['', 'in\n']), env: { FROM_HOST: 'host' } };
  for (let time = 0; time < 2; time++) await observe(world, words, options);
  const isKept = await isAsTheWholeWay(words, options);
  await isAsTheWholeWay(neighbourOf(random, words), options);
  return isKept;
}

test(`runs, seeds from ${SEED}`, async () => {
  await world.says('run', '--name', 'made', '--network=none', BUSYBOX, 'true');
  const changes = ['ENV IMAGE=é', 'USER nobody', 'WORKDIR /made', 'LABEL a="b c"', 'STOPSIGNAL USR1'];
  await world.says('commit', '-q', ...changes.flatMap((change) => ['-c', change]), 'made', 'law');
  await world.says('rm', 'made');
  let kept = 0;
  for (let seed = SEED; seed < SEED + CASES; seed++) {
    const random = new Random(seed);
    const { options, behind } = randomRun(random, [BUSYBOX, 'law']);
    const script = `${PROBE}\necho END; ${options.includes('-d') ? FOR_EVER : 'exit 7'}`;
    if (await holds(random, ['run', '--network=none', ...options, 'sh', '-c', script, ...behind])) kept++;
  }
  expect(kept).toBeGreaterThan(0);
}, 3_600_000);

test(`execs, seeds from ${SEED}`, async () => {
  // Users have these names too.
  const names = ['nobody', 'root'];
  for (const name of names)
    await world.says('run', '-d', '--network=none', '--name', name, '-m', '64m', BUSYBOX, 'sleep', 'infinity');
  let kept = 0;
  for (let seed = SEED; seed < SEED + CASES; seed++) {
    const random = new Random(seed);
    const words = randomExec(random, names);
    if (await holds(random, ['exec', ...words, 'sh', '-c', `${PROBE}\nexit 9`, 'word'])) kept++;
  }
  expect(kept).toBeGreaterThan(0);
}, 3_600_000);

const sh = (before: string) => ['sh', '-c', `${before}; exec "$@"`, 'sh'];

test.each([
  ['limits', ['prlimit', '--nofile=64:4096', '--core=0:0', '--stack=1048576:1048576']],
  [
    'a umask, priority, processors and a place among victims',
    ['nice', '-n', '5', 'taskset', '1', 'choom', '-n', '500', '--', ...sh('umask 0777')],
  ],
  ['signals ignored and blocked', ['env', '--block-signal=TERM,CHLD,USR1', ...sh("trap '' PIPE HUP INT USR2")]],
  ['no streams but one', sh('exec <&- >&- 5< /etc/passwd')],
  ['an output that is full', sh('exec > /dev/full')],
  ['another session, directory and personality', ['setarch', '-R', 'setsid', '-w', 'env', '-C', '/proc/self']],
  ['groups and rights that are inherited', ['setpriv', '--groups', '5,6', '--inh-caps', '+chown', '--no-new-privs']],
  ['fewer rights', ['setpriv', '--bounding-set', '-chown,-mknod']],
  ['mounts and processes of its own', ['unshare', '--mount', '--pid', '--fork', '--mount-proc']],
  ['another host name', ['unshare', '--uts', ...sh('hostname other')]],
  ['a network, queues, cgroups and a clock of its own', ['unshare', '-n', '-i', '-C', '-T', '--boottime', '1000']],
  ['another user namespace', ['unshare', '--map-root-user']],
  ['proxies, another language and home', ['env', '-u', 'PATH', 'LANG=C', 'HOME=/nowhere', 'HTTPS_PROXY=']],
] as const)('a caller with %s', async (_, through) => {
  const words = ['run', '--rm', '--network=none', BUSYBOX, 'sh', '-c', `${PROBE}\necho END; exit 7`];
  for (let time = 0; time < 4; time++) if ((await observe(world, words)).isKept) break;
  await isAsTheWholeWay(words, { through });
});
