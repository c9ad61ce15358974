import { expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { until } from '../cli/until.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { directory, bundle, run, runWith, says, state } = runtimeScope();

/** Kernels may be newer than CRIU. */
const works = Bun.which('criu') !== null && Bun.spawnSync(['criu', 'check'], { stderr: 'ignore' }).exitCode === 0;

const counting = 'i=0; while :; do i=$((i + 1)); echo $i >>/shared/count; sleep 0.1; done';

function countingBundle(name: string): string {
  const shared = `${directory}/${name}-shared`;
  mkdirSync(shared, { recursive: true });
  return bundle(name, ['sh', '-c', counting], (spec) => {
    spec.mounts = [
      ...spec.mounts!.filter(({ type }) => type !== 'cgroup'),
      { destination: '/shared', source: shared, type: 'bind', options: ['rbind', 'rw'] },
    ];
  });
}

/** All that it has counted so far. */
const counted = (name: string) => readFileSync(`${directory}/${name}-shared/count`, 'utf8').trimEnd().split('\n');

test('what does not run, and images that are not there', async () => {
  const path = countingBundle('idle');
  await says('create', '--bundle', path, 'idle');
  expect((await run('checkpoint', '--image-path', `${directory}/none`, 'idle')).err).toBe(
    'cannot checkpoint container "idle": container not running: it is created\n',
  );
  expect((await run('restore', '--image-path', `${directory}/none`, '--bundle', path, 'new')).err).toBe(
    `cannot restore container "new": "${directory}/none" holds no images of limpid-runtime (hint: see --image-path)\n`,
  );
});

test('pages that come later are refused: nobody stays to serve them', async () => {
  for (const words of [['checkpoint'], ['restore', '--bundle', '/nowhere']])
    expect(await run(...words, '--lazy-pages', 'any')).toEqual({
      code: 1,
      out: '',
      err: 'cannot use "--lazy-pages": nobody would stay to serve the pages (hint: use --page-server, or --pre-dump)\n',
    });
});

test('what CRIU says is what its caller hears', async () => {
  await says('run', '--detach', '--bundle', countingBundle('told'), 'told');
  const [bin, images] = [`${directory}/fake-bin`, `${directory}/told-images`];
  mkdirSync(bin);
  const log = `${images}/dump.log`;
  writeFileSync(
    `${bin}/criu`,
    `#!/bin/sh\nprintf '(00.01) Warn\\n(00.02) Error (a.c:7): no such luck\\n' >${log}; exit 1\n`,
  );
  chmodSync(`${bin}/criu`, 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  expect(await runWith({ env }, 'checkpoint', '--image-path', images, 'told')).toEqual({
    code: 1,
    out: '',
    err: `cannot checkpoint container "told": CRIU says: no such luck (hint: see "${log}")\n`,
  });
  expect(await runWith({ env: { PATH: '/nowhere' } }, 'checkpoint', '--image-path', images, 'told')).toEqual({
    code: 1,
    out: '',
    err: 'cannot checkpoint container "told": CRIU is not installed (hint: install the package criu)\n',
  });
  expect((await state('told')).status).toBe('running');
});

test('each flag is one of CRIU’s', async () => {
  await says('run', '--detach', '--bundle', countingBundle('flags'), 'flags');
  const [bin, images, work] = [`${directory}/telling-bin`, `${directory}/flags-images`, `${directory}/flags-work`];
  mkdirSync(bin);
  writeFileSync(`${bin}/criu`, `#!/bin/sh\nfor word; do echo "$word"; done >${directory}/criu-words\nexit 1\n`);
  chmodSync(`${bin}/criu`, 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  const heard = async (...words: string[]) => {
    expect((await runWith({ env }, ...words)).code).toBe(1);
    return readFileSync(`${directory}/criu-words`, 'utf8').trimEnd().split('\n');
  };
  const shared = ['--tcp-established', '--ext-unix-sk', '--shell-job', '--file-locks', '--auto-dedup'];
  const asked = [
    ...['--image-path', images, '--work-path', work, ...shared],
    ...['--manage-cgroups-mode', 'strict', '--empty-ns', 'network'],
  ];
  const told = [...shared, '--manage-cgroups=strict', '--empty-ns', 'net'];
  const dump = ['--leave-running', '--parent-path', '../before', '--page-server', '127.0.0.1:99'];
  const words = await heard('checkpoint', ...asked, ...dump, 'flags');
  const places = ['--images-dir', images, '--work-dir', work, '--log-file'];
  expect(words.slice(0, 9)).toEqual(['dump', ...places, 'dump.log', '-v4', '--tree']);
  expect(words.slice(words.indexOf('--leave-running'))).toEqual([
    ...['--leave-running', '--prev-images-dir', '../before', '--track-mem', ...told],
    ...['--page-server', '--address', '127.0.0.1', '--port', '99'],
  ]);
  const first = await heard('checkpoint', '--image-path', images, '--pre-dump', 'flags');
  expect([first[0], first.filter((word) => word === '--track-mem')]).toEqual(['pre-dump', ['--track-mem']]);
  await says('delete', '--force', 'flags');
  const back = await heard(
    'restore',
    ...asked,
    '--bundle',
    `${directory}/flags`,
    '--no-pivot',
    '--no-subreaper',
    'flags',
  );
  expect(back.slice(0, 8)).toEqual(['restore', ...places, 'restore.log', '-v4']);
  expect(back.filter((word) => told.includes(word))).toEqual(told);
});

test.if(works)('a container goes to disk and comes back where it was (needs criu)', async () => {
  const path = countingBundle('job');
  await says('run', '--detach', '--bundle', path, 'job');
  await until('it counts', () => existsSync(`${directory}/job-shared/count`) && counted('job').length > 3);
  const images = `${directory}/job-images`;
  await says('checkpoint', '--image-path', images, 'job');
  expect((await run('state', 'job')).err).toContain('does not exist');
  const before = counted('job').length;

  const pidFile = `${directory}/job-pid`;
  await says('restore', '--detach', '--image-path', images, '--pid-file', pidFile, '--bundle', path, 'job');
  const { status, pid } = await state('job');
  expect({ status, pid: String(pid) }).toEqual({ status: 'running', pid: readFileSync(pidFile, 'utf8') });
  await until('it counts again', () => counted('job').length > before);
  // It goes on counting from where it was: nobody started it again, and nothing of it went on meanwhile.
  const numbers = counted('job');
  expect(numbers).toEqual(numbers.map((_, index) => String(index + 1)));
  expect(await says('exec', 'job', 'cat', '/proc/1/comm')).toBe('sh');
  await says('kill', 'job', 'KILL');
  await until('it stops', async () => (await state('job')).status === 'stopped');
  await says('delete', 'job');
});
