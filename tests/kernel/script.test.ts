import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
  chmodSync,
  copyFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { sampleConfig, SAMPLE_INPUTS } from '../../engine/spec/sample.fixture.ts';
import { specFromConfig } from '../../engine/spec/spec-from-config.ts';
import type { SpecInputs } from '../../engine/spec/inputs.ts';
import { executorBytes } from '../../kernel/assets.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { planEnter } from '../../plan/enter.ts';
import { planLaunch } from '../../plan/launch.ts';
import type { Plan } from '../../plan/ops.ts';
import { scriptPlan } from '../../plan/script.ts';
import { BUSYBOX, DISK } from './native-harness.ts';
import { observeContainer, type Observation } from './container-observation.ts';

const STDOUT = 1;
const EXIT = 5;
const STDIN = 16;
/** PID 1 says that it is there, waits to be observed, and ends with a code of its own. */
const COMMAND = ['sh', '-c', 'echo ready; read line; exit 7'];

/** A script is a hundred small programs, which an emulated machine takes its time for. */
setDefaultTimeout(120_000);

const facts = gatherFacts();
let world = '';

beforeAll(() => {
  world = mkdtempSync(`${DISK}/limpid-script-`);
  const lower = `${world}/lower`;
  for (const name of ['bin', 'proc', 'sys', 'dev', 'tmp', 'etc']) mkdirSync(`${lower}/${name}`, { recursive: true });
  copyFileSync(BUSYBOX, `${lower}/bin/busybox`);
  chmodSync(`${lower}/bin/busybox`, 0o755);
  for (const name of ['sh', 'cat', 'readlink']) symlinkSync('busybox', `${lower}/bin/${name}`);
  symlinkSync('/tmp', `${lower}/link`);
  symlinkSync('../../../link', `${lower}/tmp/up`);
  mkdirSync(`${world}/shared`);
  writeFileSync(`${world}/shared/it's "here"`, 'shared');
});

afterAll(() => rmSync(world, { recursive: true }));

/** The process with which the container's namespaces are compared. */
type Companion = number | 'self';
type Config = Parameters<typeof sampleConfig>[0];

interface Container {
  readonly id: string;
  readonly directory: string;
  readonly plan: Plan;
}

function container(digit: string, config: Config, inputs: Partial<SpecInputs> = {}, stdin = true): Container {
  const id = digit.repeat(64);
  const directory = `${world}/${id}`;
  mkdirSync(directory, { recursive: true });
  const { spec, because } = specFromConfig(
    sampleConfig({
      command: COMMAND,
      interactive: true,
      ...(config?.namespaces?.uts ? {} : { hostname: 'lab' }),
      ...config,
      id,
      security: { seccomp: 'unconfined', ...config?.security },
    }),
    { ...SAMPLE_INPUTS, files: {}, ...inputs },
    facts,
  );
  const plan = planLaunch(
    spec,
    {
      id,
      rootfs: {
        kind: 'overlay',
        lower: [`${world}/lower`],
        upper: `${directory}/upper`,
        work: `${directory}/work`,
        merged: `${directory}/merged`,
        volatile: false,
      },
      removeAfterwards: [directory],
      supervision: {
        stdin,
        log: { driver: 'none', path: '', maxBytes: 0, maxFiles: 0 },
        socketPath: `${directory}/socket`,
        startRecord: `${directory}/start`,
        startPrefix: '',
        exitRecord: `${directory}/exit`,
        durable: false,
      },
      because,
      bringLoopbackUp: true,
      deadlineS: 0,
    },
    facts,
  );
  return { id, directory, plan };
}

interface Seen {
  readonly observation: Observation;
  readonly exitCode: number;
}

/** Container A: as Limpid runs it. */
async function byExecutor({ id, directory, plan }: Container, companion: Companion): Promise<Seen> {
  const { outcome, controlFd } = launchPlan({ plan, executor: await executorBytes() });
  if (outcome.kind !== 'started')
    throw new Error(
      `executor: ${JSON.stringify(outcome)} ${JSON.stringify(plan[Number((outcome as { index?: number }).index)]?.op)}`,
    );
  try {
    expect(readFrame(controlFd, STDOUT)).toBe('ready\n');
    const observation = observeContainer(outcome.pid, cgroupFiles(plan), [directory, id], companion);
    writeSync(controlFd, new Uint8Array([STDIN, 1, 0, 0, 10]));
    return { observation, exitCode: Number(readFrame(controlFd, EXIT).split(' ')[0]) };
  } finally {
    closeSync(controlFd);
  }
}

/** Container B: as `sh` runs the script of the same plan. */
async function byScript({ id, directory, plan }: Container, companion: Companion): Promise<Seen> {
  const file = `${world}/${id}.sh`;
  writeFileSync(file, scriptPlan(plan));
  const shell = Bun.spawn(['sh', file], { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' });
  const reader = shell.stdout.getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error(`script: ${await shell.exited} ${await new Response(shell.stderr).text()}`);
  expect(new TextDecoder().decode(value)).toBe('ready\n');
  const observation = observeContainer(containerPid(plan), cgroupFiles(plan), [directory, id], companion);
  shell.stdin.write('\n');
  await shell.stdin.end();
  expect(await new Response(shell.stderr).text()).toBe('');
  return { observation, exitCode: await shell.exited };
}

/** The one process in the container's cgroup. */
function containerPid(plan: Plan): number {
  const cgroup = plan.find((op) => op.op === 'remove_cgroup')!;
  return Number(readFileSync(`${(cgroup as { path: string }).path}/cgroup.procs`, 'utf8'));
}

/** Every limit that the plan writes, and what of the device rules can be read. */
function cgroupFiles(plan: Plan): string[] {
  const limits = plan.flatMap((op) =>
    op.op === 'write' && op.stage === 'host' && op.path.startsWith('/sys/fs/cgroup') ? [op.path] : [],
  );
  const readable = limits.map((path) => path.replace(/devices\.(allow|deny)$/, 'devices.list'));
  return [...new Set(readable)];
}

function readFrame(fd: number, type: number): string {
  for (;;) {
    const header = readBytes(fd, 4);
    const payload = new TextDecoder().decode(readBytes(fd, header[1]! | (header[2]! << 8) | (header[3]! << 16)));
    if (header[0] === type) return payload;
  }
}

function readBytes(fd: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const got = readSync(fd, bytes, at, length - at, null);
    if (got === 0) throw new Error('the monitor is gone');
    at += got;
  }
  return bytes;
}

async function expectAlike(
  config: Config,
  inputs?: Partial<SpecInputs>,
  companion: Companion = 'self',
): Promise<Observation> {
  const a = await byExecutor(container('a', config, inputs), companion);
  const b = await byScript(container('b', config, inputs), companion);
  expect(b.observation).toEqual(a.observation);
  expect([a.exitCode, b.exitCode]).toEqual([7, 7]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(world);
  return b.observation;
}

const OTHER = { kind: 'container', container: 'other' } as const;

/** A process in new namespaces, for as long as `use` takes; it is given the process's pid. */
async function withCompanion(namespaces: readonly string[], use: (pid: number) => Promise<void>): Promise<void> {
  const argv = ['unshare', ...namespaces, '--fork', '--kill-child', 'sh', '-c', 'echo; read line'];
  const outer = Bun.spawn(argv, { stdin: 'pipe', stdout: 'pipe' });
  try {
    await outer.stdout.getReader().read();
    await use(Number(readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8')));
  } finally {
    // unshare(1) takes no SIGTERM while its child runs.
    outer.kill('SIGKILL');
    await outer.exited;
  }
}

describe('the script of a plan starts the container that the executor starts', () => {
  test('with limits', async () => {
    const seen = await expectAlike({
      resources: { memory: { limit: 134217728 }, cpu: { quota: 50000, period: 100000 }, pids: { limit: 64 } },
      ulimits: [{ type: 'RLIMIT_NOFILE', soft: 100, hard: 200 }],
      env: { GREETING: 'it\'s a "nice" $day\nreally', PATH: '/none:/bin:/bin' },
      workdir: '/tmp',
      oomScoreAdj: 321,
    });
    expect(seen.sharedNamespaces).toEqual(['user', 'time']);
    expect(seen.status['CapEff']).toBe('00000000800405fb');
    expect(seen.names).toStartWith('lab\n');
    expect(seen.oomScoreAdj).toBe('321\n');
    expect(seen.directory).toBe('/tmp');
    expect(seen.descriptors).toEqual(['0', '1', '2']);
    expect(Object.values(seen.cgroupValues)).toContain('134217728\n');
  });

  test('as a user with an ambient capability, read-only, with mounts', async () => {
    const bind = { type: 'bind', source: `${world}/shared`, because: '-v' } as const;
    const seen = await expectAlike({
      user: '1000:29',
      groups: ['5'],
      capAdd: ['NET_ADMIN'],
      readOnly: true,
      umask: 0o077,
      security: { noNewPrivileges: true },
      mounts: [
        { ...bind, destination: '/tmp/with space', options: ['rbind', 'ro', 'nosuid', 'noexec'] },
        { ...bind, destination: '/etc', options: ['rbind', 'rprivate', 'noatime'] },
        { type: 'tmpfs', destination: '/tmp/t', options: ['size=64k', 'noexec', 'mode=0700'], because: '--tmpfs' },
        // Resolved in the root, this is /tmp/deep; outside of it, a directory of this machine.
        { type: 'tmpfs', destination: '/link/up/deep', options: ['mode=0711'], because: '--tmpfs' },
      ],
    });
    expect(seen.status).toMatchObject({
      Uid: '1000\t1000\t1000\t1000',
      Gid: '29\t29\t29\t29',
      NoNewPrivs: '1',
      Umask: '0077',
    });
  });

  test('in a user namespace, its ids mapped by the host’s side', async () => {
    const seen = await expectAlike({
      namespaces: { user: { kind: 'private' } },
      uidMappings: [{ containerID: 0, hostID: 200000, size: 65536 }],
      gidMappings: [{ containerID: 0, hostID: 300000, size: 65536 }],
    });
    expect(seen.status['Uid']).toBe('200000\t200000\t200000\t200000');
    expect(seen.idMaps.trim().split(/\s+/)).toEqual(['0', '200000', '65536', '0', '300000', '65536']);
  });

  test('in a time namespace with offsets', async () => {
    const seen = await expectAlike({
      namespaces: { time: { kind: 'private' } },
      timeOffsets: { monotonicSecs: 3600, boottimeSecs: 7200 },
    });
    expect(seen.sharedNamespaces).toEqual(['user']);
    expect(seen.timeOffsets.trim().split(/\s+/)).toEqual(['monotonic', '3600', '0', 'boottime', '7200', '0']);
  });

  test('in the host’s network, IPC and UTS namespaces', async () => {
    const host = { kind: 'host' } as const;
    const { hostname: _, ...config } = sampleConfig({
      namespaces: { network: host, ipc: host, uts: host, cgroup: host },
    });
    const seen = await expectAlike({ ...config, command: COMMAND, interactive: true }, { shm: '/dev/shm' });
    expect(seen.sharedNamespaces.toSorted()).toEqual(['cgroup', 'ipc', 'net', 'time', 'user', 'uts']);
  });

  test('in namespaces of another process', async () => {
    await withCompanion(['--net', '--ipc', '--pid'], async (inside) => {
      const namespaces = { network: OTHER, ipc: OTHER, pid: OTHER };
      const seen = await expectAlike({ namespaces }, { joined: { other: inside }, shm: '/dev/shm' }, inside);
      expect(seen.sharedNamespaces.toSorted()).toEqual(['ipc', 'net', 'pid', 'time', 'user']);
    });
  });

  test('in the user namespace of another process', async () => {
    await withCompanion(['--user'], async (inside) => {
      for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${inside}/${map}`, '0 200000 65536');
      const map = [{ containerID: 0, hostID: 200_000, size: 65536 }];
      const inputs = { joined: { other: inside }, joinedMaps: { uidMappings: map, gidMappings: map } };
      const seen = await expectAlike({ namespaces: { user: OTHER } }, inputs, inside);
      expect(seen.sharedNamespaces.toSorted()).toEqual(['time', 'user']);
      expect(seen.descriptors).toEqual(['0', '1', '2']);
    });
  });
});

test('the script of an exec enters the container', async () => {
  const running = container('e', {});
  const { outcome, controlFd } = launchPlan({ plan: running.plan, executor: await executorBytes() });
  if (outcome.kind !== 'started') throw new Error(`executor: ${JSON.stringify(outcome)}`);
  try {
    const cgroups = running.plan.flatMap((op) => (op.op === 'remove_cgroup' ? [op.path] : []));
    const unified = cgroups.find((path) => existsSync(`${path}/cgroup.events`));
    const script = scriptPlan(
      planEnter(
        {
          cwd: '/tmp',
          args: ['sh', '-c', 'echo $A; cd /proc/self/ns; for n in *; do readlink $n; done; exit 8'],
          env: ['A=1 2', 'PATH=/bin'],
        },
        {
          id: running.id,
          target: {
            namespaces: ['pid', 'network', 'mount', 'ipc', 'uts', 'cgroup'],
            cgroup: { v1: cgroups.filter((path) => path !== unified), ...(unified === undefined ? {} : { unified }) },
          },
          because: {},
          stdin: false,
        },
        facts,
      ),
    );
    const shell = Bun.spawn(['sh'], { stdin: new Blob([script]), stdout: 'pipe', stderr: 'pipe' });
    const types = readdirSync(`/proc/${outcome.pid}/ns`).toSorted();
    const expected = ['1 2', ...types.map((type) => readlinkSync(`/proc/${outcome.pid}/ns/${type}`)), ''];
    expect(await new Response(shell.stdout).text()).toBe(expected.join('\n'));
    expect(await new Response(shell.stderr).text()).toBe('');
    expect(await shell.exited).toBe(8);
  } finally {
    writeSync(controlFd, new Uint8Array([STDIN, 1, 0, 0, 10]));
    readFrame(controlFd, EXIT);
    closeSync(controlFd);
  }
});

test('piped into sh, with no stdin for the container', async () => {
  const { plan } = container('c', { interactive: false, command: ['sh', '-c', 'cat; echo end; exit 9'] }, {}, false);
  const shell = Bun.spawn(['sh'], { stdin: new Blob([scriptPlan(plan)]), stdout: 'pipe', stderr: 'pipe' });
  expect(await new Response(shell.stdout).text()).toBe('end\n');
  expect(await new Response(shell.stderr).text()).toBe('');
  expect(await shell.exited).toBe(9);
});

describe('a script that fails says where, and leaves nothing', () => {
  const missing = (source: string) =>
    ({ type: 'bind', source, destination: '/tmp/x', options: [], because: '-v' }) as const;
  test.each<[string, Config, string | RegExp, number]>([
    ['in the child', { mounts: [missing('/nonexistent')] }, 'special device /nonexistent', 32],
    [
      'on the host’s side',
      {
        namespaces: { user: { kind: 'private' } },
        // The kernel takes no map that is ambiguous.
        uidMappings: [
          { containerID: 0, hostID: 200000, size: 10 },
          { containerID: 5, hostID: 300000, size: 10 },
        ],
        gidMappings: [{ containerID: 0, hostID: 200000, size: 1 }],
      },
      // From util-linux 2.39 on mount tries the map for the root's owners, before it is the container's.
      /printf: I\/O error|mount: .* failed to parse mount options/,
      1,
    ],
    // The kernel takes no quota below 1 ms.
    ['before the clone', { resources: { cpu: { quota: 1, period: 100000 } } }, 'echo: I/O error', 1],
    ['at the end', { command: ['nosuch'] }, "'nosuch': No such file or directory", 127],
  ])('%s', async (_, config, message, code) => {
    const { plan, directory } = container('d', { interactive: true, ...config });
    const shell = Bun.spawn(['sh'], { stdin: new Blob([scriptPlan(plan)]), stdout: 'pipe', stderr: 'pipe' });
    expect(await new Response(shell.stderr).text()).toMatch(message);
    expect(await shell.exited).toBe(code);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(world);
    const left = plan.flatMap((op) => (op.op === 'remove_cgroup' && existsSync(op.path) ? [op.path] : []));
    expect(left).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });
});
