/**
 * A bundle with busybox, and the built runtime on it, in a scope of its own: `const runtime = runtimeScope()`.
 * Afterwards everything is deleted, and expected to be gone. The runtime is called as an installed one is, through the
 * launcher, which does by itself what needs no decision; LIMPID_RUNTIME=program leaves it out.
 */
import { expect, setDefaultTimeout } from 'bun:test';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { exampleSpec } from '../../runtime/example-spec.ts';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import { atTheEnd } from '../at-the-end.ts';
import { installProgram } from '../installed-program.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = process.env['LIMPID'] ?? `${ROOT}dist/limpid`;
const isEmulated = process.env['GUEST_WORLD'] !== undefined;
const APPLETS = (
  'sh true false echo cat ls id sleep ps mount tty stty env grep hostname stat umask head wc touch readlink dd seq ulimit kill ' +
  'mkdir rm mv ln find cut sort mknod umount unshare pivot_root chmod sed pwd'
).split(' ');

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RuntimeScope {
  readonly directory: string;
  /** Where states are: `--root`. */
  readonly root: string;
  /** The words that start the runtime in this scope. */
  readonly words: readonly string[];
  /** Runs the runtime to its end. */
  run(...words: string[]): Promise<Result>;
  runWith(
    options: { input?: string; env?: Record<string, string>; through?: readonly string[] },
    ...words: string[]
  ): Promise<Result>;
  /** Expects exit code 0 and no word on stderr. */
  says(...words: string[]): Promise<string>;
  /** Makes a bundle whose process runs these words; `change` edits its config.json. */
  bundle(name: string, args: readonly string[], change?: (spec: RuntimeSpec) => void): string;
  state(id: string): Promise<{ readonly status: string; readonly pid: number }>;
  /** Starts what has these words and answers its exit code and streams. */
  once(id: string, args: readonly string[], change?: (spec: RuntimeSpec) => void): Promise<Result>;
}

export function runtimeScope(): RuntimeScope {
  // In the guests everything takes ten times as long, and more while the machine has other work.
  setDefaultTimeout(isEmulated ? 600_000 : 300_000);
  const directory = mkdtempSync('/tmp/limpid-runtime-');
  const root = `${directory}/state`;
  const parent = `/limpid-runtime-test-${process.pid}-${directory.slice(-6)}`;
  const words = [...runtimeWords(directory), '--root', root];

  let calls = 0;
  // Files, not pipes: a container that goes on running holds its streams open.
  const runWith: RuntimeScope['runWith'] = async ({ input, env, through = [] }, ...rest) => {
    const [out, err] = [`${directory}/out.${++calls}`, `${directory}/err.${calls}`];
    const child = Bun.spawn([...through, ...words, ...rest], {
      stdin: input === undefined ? 'ignore' : new TextEncoder().encode(input),
      stdout: Bun.file(out),
      stderr: Bun.file(err),
      env: { ...process.env, ...env },
    });
    const code = await child.exited;
    return { code, out: readFileSync(out, 'utf8'), err: readFileSync(err, 'utf8') };
  };
  const run = (...rest: string[]) => runWith({}, ...rest);
  const says = async (...rest: string[]) => {
    const { code, out, err } = await run(...rest);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out.trimEnd();
  };
  const bundle: RuntimeScope['bundle'] = (name, args, change = () => {}) => {
    const path = `${directory}/${name}`;
    if (!existsSync(path)) makeRootfs(`${path}/rootfs`);
    const spec = exampleSpec({ rootless: false });
    spec.process!.terminal = false;
    spec.process!.args = [...args];
    spec.root!.readonly = false;
    spec.linux!.cgroupsPath = `${parent}/${name}`;
    change(spec);
    writeFileSync(`${path}/config.json`, JSON.stringify(spec));
    return path;
  };

  atTheEnd(async () => {
    try {
      for (const id of readdirSync(`${root}/`, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
        await run('delete', '--force', id.name);
      expect(readdirSync(root)).toEqual([]);
      for (const path of cgroupDirectories(gatherFacts().cgroup, parent)) if (existsSync(path)) rmdirCgroup(path);
      expect(mountPointsBelow(directory)).toEqual([]);
    } finally {
      for (const path of mountPointsBelow(directory).toReversed()) Bun.spawnSync(['umount', '-l', path]);
      rmSync(directory, { recursive: true, force: true });
    }
  });

  mkdirSync(root);
  return {
    directory,
    root,
    words,
    run,
    runWith,
    says,
    bundle,
    state: async (id) => JSON.parse(await says('state', id)),
    once: async (id, args, change) => run('run', '--bundle', bundle(id, args, change), id),
  };
}

function runtimeWords(directory: string): string[] {
  return process.env['LIMPID_RUNTIME'] === 'program'
    ? [PROGRAM, 'runtime']
    : [installProgram(directory, 'limpid-runtime')];
}

function mountPointsBelow(directory: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.map((line) => line.split(' ')[4] ?? '').filter((path) => path.startsWith(`${directory}/`));
}

/** Fails with EBUSY or ENOTEMPTY where a container has left its cgroup. */
function rmdirCgroup(path: string): void {
  const { exitCode, stderr } = Bun.spawnSync(['rmdir', path]);
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: '' });
}

function makeRootfs(path: string): void {
  for (const name of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']) mkdirSync(`${path}/${name}`, { recursive: true });
  copyFileSync(`${ROOT}build/rootfs/busybox/busybox.bin`, `${path}/bin/busybox`);
  chmodSync(`${path}/bin/busybox`, 0o755);
  for (const applet of APPLETS) symlinkSync('busybox', `${path}/bin/${applet}`);
  writeFileSync(`${path}/etc/passwd`, 'root:x:0:0:root:/:/bin/sh\n');
}
