/** runtime-spec, config-linux.md, seccomp: a filter that asks, and the listener that gets its descriptor and the state. */
import { beforeAll, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RuntimeSpec, Seccomp } from '../../spec/runtime.ts';
import { until } from '../cli/until.ts';
import { runtimeScope } from './runtime-bundle.ts';

const { bundle, directory, root, run, runWith, says, state } = runtimeScope();
const program = `${directory}/seccomp-listener`;
const ENOSPC = 28;

beforeAll(() => {
  const source = fileURLToPath(new URL('seccomp-listener.c', import.meta.url));
  const { exitCode, stderr } = Bun.spawnSync(['gcc', '-O1', '-Wall', '-Werror', '-o', program, source]);
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: '' });
});

const ASK: Seccomp = {
  defaultAction: 'SCMP_ACT_ALLOW',
  listenerMetadata: 'for the listener',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_NOTIFY' }],
};

const asking = (path: string) => (spec: RuntimeSpec) => void (spec.linux!.seccomp = { ...ASK, listenerPath: path });

async function listen(
  name: string,
  errno: number,
): Promise<{ path: string; child: Bun.Subprocess<'ignore', 'pipe', 'inherit'> }> {
  const path = `${directory}/${name}.sock`;
  const child = Bun.spawn([program, path, `${errno}`], { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' });
  await until('the listener', () => existsSync(path));
  return { path, child };
}

/** What goes with a descriptor. */
interface SentState {
  readonly pid: number;
  readonly state: { readonly id: string; readonly status: string; readonly pid: number };
}

/** What it was told of each filter, once it is no more. */
async function toldTo(
  child: Bun.Subprocess<'ignore', 'pipe', 'inherit'>,
): Promise<{ states: SentState[]; calls: number }> {
  child.kill('SIGKILL');
  const lines = (await child.stdout.text()).split('\n');
  const states = lines.filter((line) => line.startsWith('state ')).map((line) => JSON.parse(line.slice(6)));
  return { states, calls: lines.filter((line) => line.startsWith('call ')).length };
}

test('the container asks, and is told no', async () => {
  const { path, child } = await listen('refusing', ENOSPC);
  const place = bundle('asking', ['mkdir', '/tmp/x'], (spec) => {
    asking(path)(spec);
    spec.annotations = { 'org.example': 'told' };
  });
  const pidFile = `${directory}/asking.pid`;
  const { code, err } = await run('run', '--bundle', place, '--pid-file', pidFile, 'asking');
  expect({ code, err }).toEqual({ code: 1, err: "mkdir: can't create directory '/tmp/x': No space left on device\n" });
  const { states, calls } = await toldTo(child);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const state = { ociVersion: '1.3.0', id: 'asking', status: 'creating', pid, bundle: place };
  expect<unknown>(states).toEqual([
    {
      ociVersion: '1.3.0',
      fds: ['seccompFd'],
      pid,
      metadata: 'for the listener',
      state: { ...state, annotations: { 'org.example': 'told' } },
    },
  ]);
  expect(calls).toBe(1);
});

test('SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV reaches the kernel, and the listener is asked as ever', async () => {
  const { path, child } = await listen('killable', ENOSPC);
  const flags = ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'] as const;
  const place = bundle('killable', ['mkdir', '/tmp/x'], (spec) => {
    spec.linux!.seccomp = { ...ASK, listenerPath: path, flags: [...flags] };
  });
  const calls = `${directory}/killable.calls`;
  const through = ['strace', '-f', '-qq', '-X', 'raw', '-e', 'trace=seccomp', '-o', calls];
  expect((await runWith({ through }, 'run', '--bundle', place, 'killable')).code).toBe(1);
  // linux/seccomp.h: SECCOMP_SET_MODE_FILTER with NEW_LISTENER (8) and WAIT_KILLABLE_RECV (32).
  expect(readFileSync(calls, 'utf8')).toMatch(/ seccomp\(0x1, 0x28, /);
  expect((await toldTo(child)).calls).toBe(1);
});

test('what is executed has a listener of its own, whose state is of a container that runs', async () => {
  const { path, child } = await listen('letting', 0);
  const place = bundle('lab', ['sleep', '1000'], asking(path));
  await says('run', '--detach', '--bundle', place, 'lab');
  const { pid } = await state('lab');
  for (const name of ['one', 'two']) await says('exec', 'lab', 'mkdir', `/tmp/${name}`);
  expect(existsSync(`${place}/rootfs/tmp/two`)).toBe(true);
  await says('delete', '--force', 'lab');
  const { states, calls } = await toldTo(child);
  expect(states.map((one) => [one.state.id, one.state.status, one.state.pid, one.pid === pid])).toEqual([
    ['lab', 'creating', pid, true],
    ['lab', 'running', pid, false],
    ['lab', 'running', pid, false],
  ]);
  expect(calls).toBe(2);
});

test('a rule that asks, and nobody to be asked', async () => {
  const path = bundle('unheard', ['true'], ({ linux }) => {
    const { listenerMetadata: _, ...rest } = ASK;
    linux!.seccomp = rest;
  });
  expect(await run('create', '--bundle', path, 'unheard')).toEqual({
    code: 1,
    out: '',
    err: 'cannot plan "linux.seccomp.listenerPath": is missing, and a rule asks it\n',
  });
  expect(existsSync(`${root}/unheard`)).toBe(false);
});
