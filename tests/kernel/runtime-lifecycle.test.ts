import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { until } from '../cli/until.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, once, root, run, runWith, says, state, words } = runtimeScope();

/** A container whose process is there until it is told to go. */
async function sleeper(id: string): Promise<number> {
  await says('run', '--detach', '--bundle', bundle(id, ['sleep', '1000']), id);
  return (await state(id)).pid;
}

const stopped = (id: string) => until(`${id} to stop`, async () => (await state(id)).status === 'stopped');

describe('runtime-spec, Lifecycle', () => {
  test('create makes all but the program, start runs it, delete leaves nothing', async () => {
    const path = bundle('whole', ['sh', '-c', 'echo ran > /tmp/ran']);
    await says('create', '--bundle', path, '--pid-file', `${directory}/pid`, 'whole');
    const { status, pid } = await state('whole');
    expect(status).toBe('created');
    expect(readFileSync(`${directory}/pid`, 'utf8')).toBe(String(pid));
    expect(existsSync(`${path}/rootfs/tmp/ran`)).toBe(false);
    await says('start', 'whole');
    await stopped('whole');
    expect(readFileSync(`${path}/rootfs/tmp/ran`, 'utf8')).toBe('ran\n');
    await says('delete', 'whole');
    expect(existsSync(`${root}/whole`)).toBe(false);
  });

  test('the state has what the specification lists', async () => {
    const path = bundle('stated', ['sleep', '1000'], (spec) => void (spec.annotations = { 'org.example': 'yes' }));
    await says('create', '--bundle', path, 'stated');
    const document = JSON.parse(await says('state', 'stated'));
    const { pid, created, ...rest } = document;
    expect(rest).toEqual({
      ociVersion: '1.3.0',
      id: 'stated',
      status: 'created',
      bundle: path,
      rootfs: `${path}/rootfs`,
      owner: 'root',
      annotations: { 'org.example': 'yes' },
    });
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('limpid-init\n');
    expect(Math.abs(Date.now() - Date.parse(created))).toBeLessThan(60_000);
    await says('delete', 'stated');
  });

  test('nothing of the runtime stays while a container waits or runs', async () => {
    await says('create', '--bundle', bundle('alone', ['sleep', '1000']), 'alone');
    const { pid } = await state('alone');
    const ours = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && name !== String(pid) && environmentOf(name).includes(root),
    );
    expect(ours).toEqual([]);
    await says('delete', 'alone');
  });

  test('changes of config.json behind create have no effect', async () => {
    const path = bundle('early', ['sh', '-c', 'exit 7']);
    await says('create', '--bundle', path, 'early');
    writeFileSync(`${path}/config.json`, '{}');
    await says('start', 'early');
    await stopped('early');
    await says('delete', 'early');
  });

  test('each operation refuses the state that it may not meet', async () => {
    await sleeper('states');
    const refusals = {
      start: 'cannot start container "states": cannot start an already running container\n',
      resume: 'cannot resume container "states": container not paused: it is running\n',
      delete: 'cannot delete container "states": cannot delete a container that is not stopped: it is running\n',
    };
    for (const [verb, err] of Object.entries(refusals))
      expect({ verb, ...(await run(verb, 'states')) }).toEqual({ verb, code: 1, out: '', err });
    await says('kill', 'states', 'KILL');
    await stopped('states');
    const late = {
      start: 'cannot start container "states": cannot start a container that has stopped\n',
      kill: 'cannot kill container "states": container not running\n',
      pause: 'cannot pause container "states": container not running or created: it is stopped\n',
      ps: 'cannot list the processes of container "states": container not running\n',
    };
    for (const [verb, err] of Object.entries(late))
      expect({ verb, ...(await run(verb, 'states')) }).toEqual({ verb, code: 1, out: '', err });
    await says('delete', 'states');
    for (const verb of ['state', 'start', 'kill', 'delete', 'pause', 'resume', 'ps', 'update', 'events']) {
      const err = 'cannot find container "states": container does not exist\n';
      expect({ verb, ...(await run(verb, 'states')) }).toEqual({ verb, code: 1, out: '', err });
    }
    await says('delete', '--force', 'states');
  });

  test('an id in use, and ids that no directory can have', async () => {
    await sleeper('taken');
    expect(await run('create', '--bundle', bundle('taken', ['true']), 'taken')).toEqual({
      code: 1,
      out: '',
      err: 'cannot create container "taken": container with given ID already exists\n',
    });
    expect((await state('taken')).status).toBe('running');
    for (const id of ['..', '.', 'a/b', 'a b', '', 'ä']) {
      const { code, err } = await run('create', '--bundle', bundle('taken', ['true']), id);
      expect({ id, code, complains: err.includes('invalid id format') }).toEqual({ id, code: 1, complains: true });
    }
    await says('delete', '--force', 'taken');
  });

  test('a container whose caller was killed before its end is found and deleted', async () => {
    const path = bundle('orphan', ['sleep', '1000'], (spec) => {
      spec.hooks = {
        createRuntime: [{ path: '/bin/sh', args: ['sh', '-c', `echo $$ > ${directory}/hooked; exec sleep 1000`] }],
      };
    });
    const creator = Bun.spawn([...words, 'create', '--bundle', path, 'orphan'], {
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'ignore',
    });
    const hook = await until(
      'the hook',
      () => (existsSync(`${directory}/hooked`) && Number(readFileSync(`${directory}/hooked`, 'utf8'))) || undefined,
    );
    expect((await state('orphan')).status).toBe('creating');
    creator.kill('SIGKILL');
    await creator.exited;
    await until(
      'the end of the hook',
      () => !existsSync(`/proc/${hook}`) || readFileSync(`/proc/${hook}/stat`, 'utf8').includes(') Z '),
    );
    await says('delete', '--force', 'orphan');
    expect(existsSync(`${root}/orphan`)).toBe(false);
  });
});

describe('run', () => {
  test('passes streams and exit code on, and deletes', async () => {
    const { code, out, err } = await runWith(
      { input: 'typed' },
      'run',
      '--bundle',
      bundle('run', ['sh', '-c', 'cat; echo err >&2; exit 9']),
      'run',
    );
    expect({ code, out, err }).toEqual({ code: 9, out: 'typed', err: 'err\n' });
    expect(existsSync(`${root}/run`)).toBe(false);
  });

  test('--keep does not delete', async () => {
    const { code } = await run('run', '--keep', '--bundle', bundle('kept', ['true']), 'kept');
    expect(code).toBe(0);
    expect((await state('kept')).status).toBe('stopped');
    await says('delete', 'kept');
  });

  test('a signal to it reaches the container', async () => {
    const path = bundle('signalled', [
      'sh',
      '-c',
      'trap "exit 33" TERM; touch /tmp/ready; while :; do sleep 0.01; done',
    ]);
    const child = Bun.spawn([...words, 'run', '--bundle', path, 'signalled'], {
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'ignore',
    });
    await until('the trap', () => existsSync(`${path}/rootfs/tmp/ready`));
    // One that comes while the waiting program takes over may be lost.
    const again = setInterval(() => child.kill('SIGTERM'), 50);
    expect(await child.exited).toBe(33);
    clearInterval(again);
    expect(existsSync(`${root}/signalled`)).toBe(false);
  });

  test('only 0, 1 and 2 are open, and those that --preserve-fds names', async () => {
    const list = ['sh', '-c', 'exec ls /proc/self/fd'];
    // ls itself opens the directory.
    expect((await once('fds', list)).out).toBe('0\n1\n2\n3\n');
    const through = ['sh', '-c', `exec 3</etc/hostname 4</dev/zero 9</dev/null; exec "$@"`, 'sh'];
    const command = ['sh', '-c', 'readlink /proc/self/fd/4; cat <&3; ls /proc/self/fd | wc -l'];
    const { out } = await runWith(
      { through },
      'run',
      '--preserve-fds',
      '2',
      '--bundle',
      bundle('passed', command),
      'passed',
    );
    expect(out).toBe(`/dev/zero\n${readFileSync('/etc/hostname', 'utf8')}6\n`);
  });
});

describe('limits', () => {
  test('kill --all, pause and resume, update', async () => {
    await sleeper('limits');
    await says('pause', 'limits');
    expect((await state('limits')).status).toBe('paused');
    await says('resume', 'limits');
    expect((await state('limits')).status).toBe('running');
    await says('update', '--pids-limit', '17', '--memory', '64m', 'limits');
    const { stdout } = Bun.spawnSync([...words, 'events', '--stats', 'limits']);
    const { data } = JSON.parse(stdout.toString());
    expect({ pids: data.pids.limit, memory: data.memory.usage.limit }).toEqual({ pids: 17, memory: 64 * 1024 * 1024 });
    await says('kill', '--all', 'limits', 'KILL');
    await stopped('limits');
    await says('delete', 'limits');
  });

  test('a memory limit of 1 MB starts true', async () => {
    const { code, err } = await once(
      'small',
      ['true'],
      (spec) => void (spec.linux!.resources!.memory = { limit: 1024 * 1024 }),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('what a container is set up with is not charged to it', async () => {
    const path = bundle('charged', ['true']);
    await says('create', '--bundle', path, 'charged');
    const { linux } = JSON.parse(readFileSync(`${path}/config.json`, 'utf8'));
    const peaks = cgroupDirectories(gatherFacts().cgroup, linux.cgroupsPath)
      .flatMap((one) => [`${one}/memory.peak`, `${one}/memory.max_usage_in_bytes`])
      .filter((one) => existsSync(one))
      .map((one) => Number(readFileSync(one, 'utf8')));
    // memory.peak is there since Linux 5.19.
    expect(peaks).toHaveLength(1);
    expect(peaks[0]).toBeGreaterThan(0);
    expect(peaks[0]).toBeLessThan(1024 * 1024);
    await says('delete', 'charged');
  });

  test('no cgroup stays, and one in which others live is refused', async () => {
    const pid = await sleeper('lodger');
    const file = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    const path = /^\d+:[^:]*:(.*)$/m.exec(file)![1]!;
    const { code, err } = await run(
      'create',
      '--bundle',
      bundle('second', ['true'], (spec) => void (spec.linux!.cgroupsPath = path)),
      'second',
    );
    expect({ code, err: err.replace(/"[^"]*"/, 'PATH') }).toEqual({
      code: 1,
      err: "cannot use cgroup PATH: container's cgroup is not empty\n",
    });
    await says('delete', '--force', 'lodger');
    expect(cgroupDirectories(gatherFacts().cgroup, path).filter((one) => existsSync(one))).toEqual([]);
  });
});

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
