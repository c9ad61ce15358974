/** runtime.md of the OCI runtime-spec: the operations, and what they do to the life of a container. */
import { expect, test } from 'bun:test';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { until } from '../cli/until.ts';
import { shows } from './oci-statement.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, root, run, says, state, words } = runtimeScope();
const cgroups = gatherFacts().cgroup;

const status = async (id: string) => (await state(id)).status;
const stopped = (id: string) => until(`${id} to stop`, async () => (await status(id)) === 'stopped');

/** A container that runs, with what its process is to do. */
async function running(id: string, script = 'exec sleep 1000'): Promise<number> {
  await says('run', '--detach', '--bundle', bundle(id, ['sh', '-c', script]), id);
  return (await state(id)).pid;
}

shows(['DefaultOperations'], 'state, create, start, kill and delete are commands', async () => {
  const help = await says('--help');
  for (const verb of ['state', 'create', 'start', 'kill', 'delete'])
    expect(help).toMatch(new RegExp(`^ +${verb} `, 'm'));
});

shows(
  [
    'QueryWithoutIDGenError',
    'CreateWithBundlePathAndID',
    'StartWithoutIDGenError',
    'KillWithoutIDGenError',
    'DeleteWithoutIDGenError',
  ],
  'each asks for an id',
  async () => {
    for (const verb of ['state', 'create', 'start', 'kill', 'delete']) {
      const { code, out, err } = await run(verb);
      const said = `cannot use "limpid-runtime ${verb}": an argument is missing (hint: usage: limpid-runtime ${verb} `;
      expect({ verb, code, out, err: err.slice(0, said.length) }).toEqual({ verb, code: 1, out: '', err: said });
    }
  },
);

shows(['QueryNonExistGenError', 'KillNonCreateRunGenError', 'kill'], 'each asks for a container', async () => {
  for (const verb of ['state', 'start', 'kill', 'delete']) {
    const err = 'cannot find container "nobody": container does not exist\n';
    expect({ verb, ...(await run(verb, 'nobody')) }).toEqual({ verb, code: 1, out: '', err });
  }
});

shows(
  ['EnvCreateImplement', 'ProcNotRunAtResRequest', 'PropsApplyExceptProcOnCreate', 'ProcArgsApplyUntilStart'].concat([
    ...['StartProcImplement', 'ProcImplement', 'ConfigUpdatesWithoutAffect', 'config_updates_without_affect'],
    ...['CreateNewContainer', 'create', 'start', 'EntityOperSameContainer', 'QueryStateImplement', 'pidfile'],
  ]) as Parameters<typeof shows>[0],
  'create applies everything but the program, start runs that',
  async () => {
    const path = bundle(
      'applied',
      ['sh', '-c', 'hostname; pwd; echo $WHO; stat -f -c %T /mnt 2>/dev/null; id -u >/tmp/ran'],
      (spec) => {
        spec.hostname = 'applied';
        spec.process!.cwd = '/tmp';
        spec.process!.env!.push('WHO=me');
        spec.process!.oomScoreAdj = 77;
        spec.mounts!.push({ destination: '/mnt', type: 'tmpfs', source: 'seen-at-create' });
        spec.linux!.resources = { ...spec.linux!.resources, pids: { limit: 99 } };
      },
    );
    const out = `${directory}/applied.out`;
    const through = Bun.spawn(
      [...words, 'create', '--bundle', path, '--pid-file', `${directory}/applied.pid`, 'applied'],
      {
        stdin: 'ignore',
        stdout: Bun.file(out),
        stderr: 'inherit',
      },
    );
    expect(await through.exited).toBe(0);
    const { pid } = await state('applied');
    expect(readFileSync(`${directory}/applied.pid`, 'utf8')).toBe(`${pid}`);
    expect(await status('applied')).toBe('created');
    const inside = (...command: string[]) =>
      Bun.spawnSync(['nsenter', '-t', `${pid}`, '-u', '-m', ...command])
        .stdout.toString()
        .trim();
    expect(inside('/bin/hostname')).toBe('applied');
    expect(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).toContain(' seen-at-create ');
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('77\n');
    expect(existsSync(`${path}/rootfs/tmp/ran`)).toBe(false);
    writeFileSync(`${path}/config.json`, '{"ociVersion":"1.0.0","process":{"cwd":"/","args":["false"]}}');
    await says('start', 'applied');
    await stopped('applied');
    expect(readFileSync(`${path}/rootfs/tmp/ran`, 'utf8')).toBe('0\n');
    expect(readFileSync(out, 'utf8').split('\n').slice(0, 3)).toEqual(['applied', '/tmp', 'me']);
    await says('delete', 'applied');
  },
);

shows(
  ['DefaultStateJSONPattern', 'StateNewStatus', 'state'],
  'the state of a container that is created, runs, is paused and has stopped',
  async () => {
    const path = bundle('stated', ['sleep', '1000'], (spec) => void (spec.annotations = { 'org.example.a': 'b' }));
    await says('create', '--bundle', path, 'stated');
    const { pid } = await state('stated');
    const fixed = { ociVersion: '1.3.0', id: 'stated', bundle: path, annotations: { 'org.example.a': 'b' } };
    expect(await state('stated')).toMatchObject({ ...fixed, status: 'created', pid });
    await says('start', 'stated');
    expect(await state('stated')).toMatchObject({ ...fixed, status: 'running', pid });
    await says('pause', 'stated');
    expect(await state('stated')).toMatchObject({ ...fixed, status: 'paused', pid });
    await says('resume', 'stated');
    await says('kill', 'stated', 'KILL');
    await stopped('stated');
    expect(await state('stated')).toMatchObject({ ...fixed, status: 'stopped', pid: 0 });
    await says('delete', 'stated');
  },
);

shows(
  ['StateIDUniq', 'CreateWithUniqueID', 'create'],
  'an id is taken once, and of letters that a name may have',
  async () => {
    const pid = await running('taken');
    const { code, err } = await run('create', '--bundle', bundle('other', ['true']), 'taken');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'cannot create container "taken": container with given ID already exists\n',
    });
    expect(await state('taken')).toMatchObject({ status: 'running', pid, bundle: `${directory}/taken` });
    for (const id of ['', '.', '..', 'a/b', '../taken', 'a b', 'a\n', 'ä', '-', 'x'.repeat(256)]) {
      const { code, err } = await run('create', '--bundle', `${directory}/other`, '--', id);
      if (id === '-') {
        expect(code).toBe(0);
        await says('delete', '--', id);
      } else expect({ id, code, said: /invalid id format/.test(err) }).toEqual({ id, code: 1, said: true });
    }
    const elsewhere = [...words, '--root', `${directory}/elsewhere`];
    const twin = Bun.spawnSync([...elsewhere, 'create', '--bundle', `${directory}/other`, 'taken'], {
      stdout: 'ignore',
      stderr: 'ignore',
    });
    expect(twin.exitCode).toBe(0);
    expect(Bun.spawnSync([...elsewhere, 'delete', 'taken']).exitCode).toBe(0);
    await says('delete', '--force', 'taken');
  },
);

shows(
  ['PropApplyFailGenError', 'PropApplyFailNotCreate', 'EnvCreateError', 'ErrorsLeaveStateUnchange'],
  'what cannot be applied is an error, and nothing is left',
  async () => {
    const path = bundle('failed', ['true'], ({ mounts, linux }) => {
      mounts!.push({ destination: '/x', type: 'nosuchfs', source: 'none' });
      linux!.resources = { ...linux!.resources, pids: { limit: 5 } };
    });
    const { linux } = JSON.parse(readFileSync(`${path}/config.json`, 'utf8'));
    const { code, out, err } = await run('create', '--bundle', path, '--pid-file', `${directory}/failed.pid`, 'failed');
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining('at "/x": ENODEV, this kernel has no file system "nosuchfs", for mounts[/x]'),
    });
    expect((await run('state', 'failed')).err).toContain('container does not exist');
    expect(existsSync(`${root}/failed`)).toBe(false);
    expect(existsSync(`${directory}/failed.pid`)).toBe(false);
    expect(cgroupDirectories(cgroups, linux.cgroupsPath).filter((one) => existsSync(one))).toEqual([]);
  },
);

shows(
  ['StartNotCreatedHaveNoEffect', 'StartNotCreatedGenError', 'ErrorsLeaveStateUnchange', 'start'],
  'start of what is not created',
  async () => {
    const pid = await running('twice', 'echo x >>/tmp/runs; exec sleep 1000');
    expect((await run('start', 'twice')).code).toBe(1);
    expect(await state('twice')).toMatchObject({ status: 'running', pid });
    await says('kill', 'twice', 'KILL');
    await stopped('twice');
    expect((await run('start', 'twice')).err).toContain('cannot start a container that has stopped');
    expect(await status('twice')).toBe('stopped');
    expect(readFileSync(`${directory}/twice/rootfs/tmp/runs`, 'utf8')).toBe('x\n');
    await says('delete', 'twice');
  },
);

shows(
  ['StartWithProcUnsetGenError', 'ProcRequiredAtStart', 'start'],
  'without a process nothing is created',
  async () => {
    const path = bundle('nothing', ['true'], (spec) => void delete spec.process);
    expect(await run('create', '--bundle', path, 'nothing')).toMatchObject({
      code: 1,
      err: expect.stringContaining('"process": is missing'),
    });
    expect(existsSync(`${root}/nothing`)).toBe(false);
  },
);

shows(['KillSignalImplement', 'kill', 'killsig'], 'kill sends what it is told to, by name and number', async () => {
  const script =
    'for s in HUP TERM USR1 USR2; do trap "echo $s >>/tmp/got" $s; done; touch /tmp/ready; while :; do sleep 0.01; done';
  await running('told', script);
  const got = `${directory}/told/rootfs/tmp/got`;
  await until('the traps', () => existsSync(`${directory}/told/rootfs/tmp/ready`));
  let expected = '';
  for (const [word, name] of [
    ['TERM', 'TERM'],
    ['SIGUSR1', 'USR1'],
    ['usr2', 'USR2'],
    ['1', 'HUP'],
    [undefined, 'TERM'],
  ]) {
    await says('kill', 'told', ...(word === undefined ? [] : [word]));
    expected += `${name}\n`;
    await until(`the trap of ${name}`, () => existsSync(got) && readFileSync(got, 'utf8') === expected);
  }
  expect((await run('kill', 'told', 'NOSUCH')).err).toContain('unknown signal');
  expect(await status('told')).toBe('running');
  await says('kill', 'told', 'KILL');
  await stopped('told');
  await says('delete', 'told');
});

shows(['KillSignalImplement', 'kill'], 'kill of what is created ends it', async () => {
  await says('create', '--bundle', bundle('early', ['true']), 'early');
  await says('kill', 'early', 'KILL');
  await stopped('early');
  await says('delete', 'early');
});

shows(
  ['KillNonCreateRunHaveNoEffect', 'KillNonCreateRunGenError', 'kill_no_effect'],
  'kill of what has stopped changes nothing',
  async () => {
    await says('run', '--detach', '--bundle', bundle('late', ['true']), 'late');
    await stopped('late');
    const before = await says('state', 'late');
    expect(await run('kill', 'late', 'TERM')).toEqual({
      code: 1,
      out: '',
      err: 'cannot kill container "late": container not running\n',
    });
    expect(await says('state', 'late')).toBe(before);
    await says('delete', 'late');
  },
);

shows(
  ['DeleteNonStopHaveNoEffect', 'DeleteNonStopGenError', 'ErrorsLeaveStateUnchange', 'delete'],
  'delete of what runs changes nothing',
  async () => {
    const pid = await running('alive');
    expect(await run('delete', 'alive')).toEqual({
      code: 1,
      out: '',
      err: 'cannot delete container "alive": cannot delete a container that is not stopped: it is running\n',
    });
    expect(await state('alive')).toMatchObject({ status: 'running', pid });
    expect(await says('exec', 'alive', 'echo', 'still')).toBe('still');
    await says('delete', '--force', 'alive');
  },
);

// The specification wants an error; runc and crun, whose callers ours are, end and delete what waits for its start.
test('delete of what is created ends it', async () => {
  await says('create', '--bundle', bundle('waiting', ['true']), 'waiting');
  const { pid } = await state('waiting');
  await says('delete', 'waiting');
  expect((await run('state', 'waiting')).code).toBe(1);
  await until(
    'its end',
    () => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '),
  );
});

shows(
  [
    'DeleteResImplement',
    'DeleteOnlyCreatedRes',
    'UndoCreateSteps',
    'delete_resources',
    'delete_only_create_resources',
    'delete',
  ],
  'delete takes away what create made, and nothing else',
  async () => {
    const volume = `${directory}/volume`;
    writeFileSync(volume, 'kept\n');
    const path = bundle('gone', ['true'], ({ mounts, linux }) => {
      mounts!.push({ destination: '/volume', type: 'bind', source: volume, options: ['bind'] });
      linux!.resources = { ...linux!.resources, pids: { limit: 1000 } };
    });
    const { linux } = JSON.parse(readFileSync(`${path}/config.json`, 'utf8'));
    // Somebody else's, beside and above it.
    const own = cgroupDirectories(cgroups, linux.cgroupsPath);
    const others = own.map((one) => `${one}-other`);
    await says('create', '--bundle', path, 'gone');
    for (const other of others) Bun.spawnSync(['mkdir', other]);
    expect(own.some((one) => existsSync(one))).toBe(true);
    await says('start', 'gone');
    await stopped('gone');
    await says('delete', 'gone');
    expect(own.filter((one) => existsSync(one))).toEqual([]);
    expect(others.filter((one) => !existsSync(one))).toEqual([]);
    for (const other of others) Bun.spawnSync(['rmdir', other]);
    expect(existsSync(`${root}/gone`)).toBe(false);
    expect(readFileSync(volume, 'utf8')).toBe('kept\n');
    expect(existsSync(`${path}/config.json`)).toBe(true);
    expect(existsSync(`${path}/rootfs/bin/busybox`)).toBe(true);
  },
);

shows(['WarnsLeaveFlowUnchange'], 'a warning is only said', async () => {
  const path = bundle(
    'warned',
    ['echo', 'ran'],
    ({ process }) => void process!.capabilities!.bounding!.push('CAP_FUTURE'),
  );
  const { code, out, err } = await run('run', '--bundle', path, 'warned');
  expect({ code, out, err }).toEqual({ code: 0, out: 'ran\n', err: expect.stringContaining('level=warning') });
});
