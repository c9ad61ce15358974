import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type Engine, LimpidError } from '../../engine/index.ts';
import { atTheEnd } from '../at-the-end.ts';
import { EngineWithoutNetwork } from './engine-without-network.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const IMAGE = 'builtin:busybox';
let directory: string;
let engine: Engine;

beforeAll(() => {
  directory = mkdtempSync('/tmp/limpid-engine-');
  engine = new EngineWithoutNetwork({ root: `${directory}/root`, runroot: `${directory}/run` });
});
atTheEnd(() => rmSync(directory, { recursive: true, force: true }));
atTheEnd(async () => {
  for (const { config } of engine.list()) await engine.remove(config.id, { force: true });
});

async function codeOf(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
  } catch (error) {
    return error instanceof LimpidError ? error.code : String(error);
  }
  return undefined;
}

describe('logs', () => {
  test('follow ends after the last line that the container wrote', async () => {
    await engine.run({
      image: IMAGE,
      name: 'talker',
      command: ['sh', '-c', 'echo one; sleep 0.2; echo two >&2; printf three'],
    });
    const seen: string[] = [];
    for await (const { stream, text: bytes, partial } of engine.logs('talker', { follow: true })) {
      seen.push(`${stream} ${text(bytes)}${partial ? '…' : ''}`);
    }
    expect(seen).toEqual(['stdout one', 'stderr two', 'stdout three…']);
    await engine.remove('talker');
  });

  test('every byte of many lines arrives, across rotations, in both formats', async () => {
    for (const driver of ['k8s-file', 'json-file'] as const) {
      const log = { driver, maxSizeBytes: 20_000, maxFiles: 50 };
      await engine.run({ image: IMAGE, name: 'many', log, command: ['seq', '1', '5000'] });
      const seen: string[] = [];
      for await (const record of engine.logs('many', { follow: true })) seen.push(text(record.text));
      expect(seen).toEqual(Array.from({ length: 5000 }, (_, index) => String(index + 1)));
      const tail: string[] = [];
      for await (const record of engine.logs('many', { tail: 1000 })) tail.push(text(record.text));
      expect(tail).toEqual(seen.slice(-1000));
      await engine.remove('many', { force: true });
    }
  });

  test('of a --rm container are followed until it is gone', async () => {
    const id = await engine.run({ image: IMAGE, autoRemove: true, command: ['sh', '-c', 'echo a; sleep 0.2; echo b'] });
    const seen: string[] = [];
    for await (const record of engine.logs(id, { follow: true })) seen.push(text(record.text));
    expect(seen).toEqual(['a', 'b']);
    expect(engine.exists(id)).toBe(false);
    expect(existsSync(`${directory}/root/containers/${id}`)).toBe(false);
  });

  test('leaving the loop leaves nothing open, and the container running', async () => {
    await engine.run({ image: IMAGE, name: 'long', command: ['sh', '-c', 'echo first; sleep 100'] });
    const descriptors = () => readdirSync('/proc/self/fd').filter((fd) => existsSync(`/proc/self/fd/${fd}`)).length;
    for await (const record of engine.logs('long', { follow: true, tail: 1 })) {
      expect(text(record.text)).toBe('first');
      break;
    }
    const before = descriptors();
    for await (const _ of engine.logs('long', { follow: true })) break;
    expect(descriptors()).toBeLessThanOrEqual(before);
    expect(engine.list().find(({ config }) => config.name === 'long')?.state.status).toBe('running');
    await engine.remove('long', { force: true });
  });

  test('none were kept', async () => {
    const id = await engine.create({ image: IMAGE, log: { driver: 'none' }, command: ['true'] });
    expect(await codeOf(async () => (await engine.logs(id).next()).value)).toBe('ENOLOG');
    await engine.remove(id);
  });
});

describe('a running container', () => {
  beforeAll(async () => {
    await engine.run({
      image: IMAGE,
      name: 'lab',
      command: ['sleep', '100'],
      resources: { memory: { limit: 64 << 20 }, pids: { limit: 64 } },
    });
  });

  test('inspect says what the kernel says', async () => {
    const { State, EffectiveCaps, HostConfig, GraphDriver } = await engine.inspect('lab');
    expect(readFileSync(`/proc/${State.Pid}/cmdline`, 'utf8')).toBe(['sleep', '100', ''].join('\0'));
    expect(readFileSync(`/proc/${State.ConmonPid}/task/${State.ConmonPid}/children`, 'utf8').trim()).toBe(
      String(State.Pid),
    );
    expect(readFileSync(`/proc/${State.Pid}/cgroup`, 'utf8')).toContain(State.CgroupPath);
    expect(EffectiveCaps).toContain('CAP_CHOWN');
    expect(EffectiveCaps).not.toContain('CAP_SYS_ADMIN');
    expect([HostConfig.Memory, HostConfig.PidsLimit]).toEqual([67_108_864, 64]);
    const session = await engine.exec('lab', { command: ['touch', '/made'] });
    expect((await session.result()).code).toBe(0);
    const { LowerDir, UpperDir, MergedDir } = GraphDriver.Data;
    expect([UpperDir, MergedDir, LowerDir].map((path) => existsSync(`${path}/made`))).toEqual([true, true, false]);
  });

  test('exec: input, both outputs, exit code', async () => {
    const session = await engine.exec('lab', { command: ['sh', '-c', 'cat; echo err >&2; exit 3'], interactive: true });
    session.write('x'.repeat(200_000));
    session.endInput();
    const { stdout, stderr, code } = await session.result();
    expect([stdout.length, text(stderr), code]).toEqual([200_000, 'err\n', 3]);
  });

  test('a name changes while it runs; joined ones follow by id', async () => {
    const joining = await engine.create({
      image: IMAGE,
      command: ['true'],
      namespaces: { network: { kind: 'container', container: 'lab' } },
    });
    engine.rename('lab', 'shop');
    expect([engine.exists('lab'), engine.exists('shop')]).toEqual([false, true]);
    expect(await engine.start(joining)).toBe(true);
    expect((await engine.wait(joining)).code).toBe(0);
    expect((await engine.inspect(joining)).HostConfig.NetworkMode).toBe(
      `container:${(await engine.inspect('shop')).Id}`,
    );
    engine.rename('shop', 'lab');
  });

  test('a --rm container keeps its name while it runs', async () => {
    await engine.run({ image: IMAGE, name: 'brief', autoRemove: true, command: ['sleep', '100'] });
    expect(await codeOf(() => engine.rename('brief', 'other'))).toBe('ERUNNING');
    await engine.remove('brief', { force: true });
    expect(engine.exists('brief')).toBe(false);
  });

  test('prune spares it', async () => {
    const id = await engine.create({ image: IMAGE, command: ['true'] });
    const { removed, failed } = await engine.prune(({ config }) => config.id === id);
    expect([removed, failed]).toEqual([[id], []]);
    expect(engine.exists('lab')).toBe(true);
  });
});

test('inspect of a container whose root file system is gone', async () => {
  const root = mkdtempSync('/tmp/limpid-gone-');
  const id = await engine.create({ image: root, command: ['/x'] });
  rmSync(root, { recursive: true });
  const { Path, State, GraphDriver } = await engine.inspect(id);
  expect([Path, State.Status, GraphDriver.Data.LowerDir]).toEqual(['/x', 'created', '']);
  await engine.remove(id);
});
