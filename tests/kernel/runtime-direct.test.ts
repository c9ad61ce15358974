import { beforeAll, describe, expect, test } from 'bun:test';
import { chownSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../cli/until.ts';
import { installProgram } from '../installed-program.ts';
import { runtimeScope, type Result } from './runtime-bundle.ts';

/**
 * What the launcher does without the program: two installed prefixes on the same containers, one of them with nothing
 * behind the launcher, so that whatever it answers is its own.
 */
const { directory, root, bundle } = runtimeScope();

const PROGRAM = process.env['LIMPID'] ?? fileURLToPath(new URL('../../dist/limpid', import.meta.url));
const [whole, alone] = ['whole', 'alone'].map((name) => installProgram(`${directory}/${name}`, 'limpid-runtime')) as [
  string,
  string,
];
rmSync(`${directory}/alone/prefix/libexec/limpid/limpid`);

let calls = 0;
async function call(through: readonly string[], ...words: string[]): Promise<Result> {
  const [out, err] = [`${directory}/out-${++calls}`, `${directory}/err-${calls}`];
  const child = Bun.spawn([...through, ...words], { stdin: 'ignore', stdout: Bun.file(out), stderr: Bun.file(err) });
  const code = await child.exited;
  return { code, out: readFileSync(out, 'utf8'), err: readFileSync(err, 'utf8') };
}
const byProgram = (...words: string[]) => call([whole, '--root', root], ...words);
const byLauncher = (...words: string[]) => call([alone, '--root', root], ...words);
const isMissing = ({ code, err }: Result): boolean => code === 125 && err.includes('cannot execute');

test('state, start, kill and delete of a plain container are the launcher’s, and answer what the program answers', async () => {
  await byProgram('create', '--bundle', bundle('plain', ['sleep', '1000']), 'plain');
  expect(await byLauncher('state', 'plain')).toEqual(
    await call([PROGRAM, 'runtime', '--root', root], 'state', 'plain'),
  );
  expect(await byLauncher('start', 'plain')).toEqual({ code: 0, out: '', err: '' });
  expect(await byLauncher('state', 'plain')).toEqual(
    await call([PROGRAM, 'runtime', '--root', root], 'state', 'plain'),
  );
  expect(JSON.parse((await byLauncher('state', 'plain')).out).status).toBe('running');
  // Callers put these before the command.
  const globals = ['--log', `${directory}/log`, '--log-format=json', '--systemd-cgroup'];
  expect((await byLauncher(...globals, 'kill', 'plain', '0')).code).toBe(0);
  expect(isMissing(await byLauncher('delete', 'plain'))).toBe(true);
  expect((await byLauncher('kill', 'plain', 'SIGKILL')).code).toBe(0);
  await until('it has stopped', async () => JSON.parse((await byLauncher('state', 'plain')).out).status === 'stopped');
  expect(JSON.parse((await byLauncher('state', 'plain')).out).pid).toBe(0);
  expect(isMissing(await byLauncher('kill', 'plain', '9'))).toBe(true);
  expect(await byLauncher('delete', 'plain')).toEqual({ code: 0, out: '', err: '' });
  expect(existsSync(`${root}/plain`)).toBe(false);
});

test('delete --force ends it first; a paused one is the program’s', async () => {
  await byProgram('run', '--detach', '--bundle', bundle('forced', ['sleep', '1000']), 'forced');
  await byProgram('pause', 'forced');
  expect(JSON.parse((await byLauncher('state', 'forced')).out).status).toBe('paused');
  expect(isMissing(await byLauncher('delete', '-f', 'forced'))).toBe(true);
  await byProgram('resume', 'forced');
  expect(await byLauncher('delete', '-f', 'forced')).toEqual({ code: 0, out: '', err: '' });
});

test('hooks, other versions, ids that are paths and unknown words are left to the program', async () => {
  const hooks = { poststart: [{ path: '/bin/true' }], poststop: [{ path: '/bin/true' }] };
  await byProgram(
    'create',
    '--bundle',
    bundle('hooked', ['true'], (spec) => void (spec.hooks = hooks)),
    'hooked',
  );
  expect(isMissing(await byLauncher('start', 'hooked'))).toBe(true);
  expect(isMissing(await byLauncher('delete', 'hooked'))).toBe(true);
  await byProgram('delete', 'hooked');

  await byProgram('create', '--bundle', bundle('older', ['true']), 'older');
  const described = readFileSync(`${root}/older/direct`, 'utf8');
  writeFileSync(`${root}/older/direct`, described.replace(/^limpid-direct \w+/, 'limpid-direct 0123456789abcdef'));
  expect(isMissing(await byLauncher('state', 'older'))).toBe(true);
  writeFileSync(`${root}/older/direct`, described);
  expect(isMissing(await byLauncher('state', 'older'))).toBe(false);
  // Plans of somebody else's are not carried out.
  chownSync(`${root}/older`, 1234, 0);
  expect(isMissing(await byLauncher('state', 'older'))).toBe(true);
  chownSync(`${root}/older`, 0, 0);
  for (const words of [['state', '../older'], ['state', '.'], ['state', 'nosuch'], ['start', '--x', 'older'], ['list']])
    expect({ words, isMissing: isMissing(await byLauncher(...words)) }).toEqual({ words, isMissing: true });
  await byProgram('delete', 'older');
});

test('what fails behind the gate is explained by the program', async () => {
  const path = bundle('gone', ['/bin/gone']);
  copyFileSync(`${path}/rootfs/bin/busybox`, `${path}/rootfs/bin/gone`);
  await byProgram('create', '--bundle', path, 'gone');
  rmSync(`${path}/rootfs/bin/gone`);
  const { code, err } = await byProgram('start', 'gone');
  expect({ code, err }).toEqual({
    code: 1,
    err: 'cannot run "/bin/gone": ENOENT, no such file or directory (hint: if the file is there, its interpreter (the #! line, or the dynamic loader) is not)\n',
  });
  await byProgram('delete', '--force', 'gone');
});

describe('exec', () => {
  beforeAll(async () => {
    await byProgram('run', '--detach', '--bundle', bundle('host', ['sleep', '1000']), 'host');
  });

  test('create leaves the plan that the program makes of the first', async () => {
    const template = `${root}/host/exec.template`;
    const left = readFileSync(template);
    rmSync(template);
    expect(isMissing(await byLauncher('exec', 'host', 'true'))).toBe(true);
    expect((await byProgram('exec', 'host', 'true')).code).toBe(0);
    expect(readFileSync(template).equals(left)).toBe(true);
  });

  const unified = '/sys/fs/cgroup/unified';
  test.skipIf(!existsSync(unified))('so it does where a hierarchy is not mounted (needs cgroup v1)', async () => {
    const script = `umount ${unified} && exec "$0" "$@"`;
    const hidden = (...words: string[]) =>
      call(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, whole, '--root', root], ...words);
    expect((await hidden('run', '--detach', '--bundle', bundle('hidden', ['sleep', '1000']), 'hidden')).code).toBe(0);
    expect(existsSync(`${root}/hidden/exec.template`)).toBe(true);
    expect((await hidden('exec', 'hidden', 'sh', '-c', 'exit 9')).code).toBe(9);
    await byProgram('delete', '--force', 'hidden');
  });

  test('all are the launcher’s: words, exit code, streams, pid file', async () => {
    const script = 'echo "$0 $1"; id -u; cat /proc/self/cgroup | wc -l; exit 7';
    const words = ['exec', '--pid-file', `${directory}/exec-pid`, 'host', 'sh', '-c', script, 'a b', 'ü'];
    const first = await byLauncher(...words);
    expect(first).toEqual({ code: 7, out: expect.stringMatching(/^a b ü\n0\n\d+\n$/), err: '' });
    expect(readFileSync(`${directory}/exec-pid`, 'utf8')).toMatch(/^\d+$/);
    expect(await call([PROGRAM, 'runtime', '--root', root], ...words)).toEqual(first);
    expect((await byLauncher('exec', '--detach', 'host', 'sleep', '0')).code).toBe(0);
    expect((await byLauncher('exec', 'host', '/bin/true')).code).toBe(0);
    expect((await byLauncher('exec', 'host', 'sh', '-c', 'kill -9 $$')).code).toBe(137);
  });

  test('a process from a file, as engines ask for it: the same bytes again', async () => {
    const { process } = JSON.parse(readFileSync(`${root}/host/config.json`, 'utf8'));
    const file = `${directory}/process.json`;
    const words = ['exec', '--process', file, '--detach', '--pid-file', `${directory}/process-pid`, 'host'];
    const write = (args: string[]) => writeFileSync(file, JSON.stringify({ ...process, args, terminal: false }));
    write(['touch', '/tmp/one']);
    expect(isMissing(await byLauncher(...words))).toBe(true);
    expect(await byProgram(...words)).toEqual({ code: 0, out: '', err: '' });
    expect(await byLauncher(...words)).toEqual({ code: 0, out: '', err: '' });
    expect((await byLauncher('exec', `--process=${file}`, 'host')).code).toBe(0);
    write(['touch', '/tmp/two']);
    expect(isMissing(await byLauncher(...words))).toBe(true);
    expect(existsSync(`${directory}/host/rootfs/tmp/two`)).toBe(false);
  });

  test('it is in the namespaces of the container, and holds nothing but its streams', async () => {
    const { out } = await byLauncher(
      'exec',
      'host',
      'sh',
      '-c',
      'cat /proc/1/comm; ls /proc/self/fd | wc -l; hostname',
    );
    expect(out).toBe('sleep\n4\nlimpid\n');
  });

  test('a signal reaches the process', async () => {
    const script = 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done';
    const child = Bun.spawn([alone, '--root', root, 'exec', 'host', 'sh', '-c', script], { stdout: 'pipe' });
    const reader = child.stdout.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('ready\n');
    child.kill('SIGTERM');
    expect(await child.exited).toBe(9);
  });

  test('whatever else is asked, and a caller who stands elsewhere, is the program’s', async () => {
    for (const words of [['--user', '5'], ['--env', 'A=1'], ['--cwd', '/tmp'], ['--tty'], ['--cap', 'CAP_KILL']])
      expect({ words, left: isMissing(await byLauncher('exec', ...words, 'host', 'true')) }).toEqual({
        words,
        left: true,
      });
    expect(isMissing(await call(['unshare', '--net', alone, '--root', root], 'exec', 'host', 'true'))).toBe(true);
    const fewer = ['setpriv', '--bounding-set', '-sys_time', '--inh-caps', '-sys_time', alone, '--root', root];
    expect(isMissing(await call(fewer, 'exec', 'host', 'true'))).toBe(true);
    expect((await byLauncher('exec', 'host', 'true')).code).toBe(0);
  });

  test('a missing program is the program’s to explain', async () => {
    expect(isMissing(await byLauncher('exec', 'host', 'nosuch'))).toBe(true);
    const { code, err } = await byProgram('exec', 'host', 'nosuch');
    expect({ code, err: err.includes('"nosuch"') }).toEqual({ code: 1, err: true });
  });
});
