/** Drives the executor as docs/protocol.md has it, with nothing between the test and the frames. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeFrame } from '../../kernel/frames.ts';
import { libc, ptr } from '../../kernel/libc.ts';
import type { Op, Plan, Stage } from '../../plan/ops.ts';
import { encodePlan } from '../../plan/wire.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** LIMPID_EXECUTOR=build/native/executor-asan runs the same tests against the sanitized build. */
export const EXECUTOR = Bun.env['LIMPID_EXECUTOR'] ?? `${ROOT}build/native/executor`;
/** That of `builtin:busybox`: the machine's own, if it has one, may need libraries. */
export const BUSYBOX = `${ROOT}build/rootfs/busybox/busybox.bin`;
export const ASAN_EXECUTOR = `${ROOT}build/native/executor-asan`;

export const CLONE_NEWNS = 0x20000;
export const CLONE_NEWUTS = 0x4000000;
export const CLONE_NEWIPC = 0x8000000;
export const CLONE_NEWPID = 0x20000000;

/** A directory on a disk: in the guests /tmp is memory. */
export const DISK = Bun.env['GUEST_WORLD'] === undefined ? '/tmp' : '/var/lib/limpid';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const POLLIN = 1;
const PATIENCE_MS = 20_000;

type Loose<O> = O extends Op ? Omit<O, 'stage' | 'because'> : never;
const stage =
  (stage: Stage) =>
  (op: Loose<Op>): Op =>
    ({ ...op, stage, because: 'test' }) as Op;
export const host = stage('host');
export const child = stage('child');
export const init = stage('init');
export const cleanup = stage('cleanup');

export interface TextFrame {
  readonly type: number;
  readonly text: string;
}

/** One end of a connection that carries frames. Reading waits, but not for ever. */
export class Connection {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** To the socket of a monitor. */
  static attach(path: string, subscription?: number): Connection {
    const fd = libc.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const address = new Uint8Array(110);
    new DataView(address.buffer).setUint16(0, AF_UNIX, true);
    address.set(new TextEncoder().encode(path), 2);
    if (libc.connect(fd, ptr(address), address.length) !== 0) {
      closeSync(fd);
      throw new Error(`nobody listens at ${path}`);
    }
    const connection = new Connection(fd);
    if (subscription !== undefined) connection.send(20, String(subscription));
    return connection;
  }

  send(type: number, payload: string | Uint8Array = ''): void {
    const frame = encodeFrame(type, payload);
    for (let at = 0; at < frame.length;) at += writeSync(this.fd, frame, at);
  }

  /** Whether there is something to read (or the end) within this time. */
  readable(timeoutMs: number): boolean {
    const poll = new Int32Array([this.fd, POLLIN]);
    return libc.poll(ptr(poll), 1, timeoutMs) === 1;
  }

  #exactly(length: number): Buffer | undefined {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length;) {
      if (!this.readable(PATIENCE_MS)) throw new Error(`nothing to read for ${PATIENCE_MS} ms`);
      const got = readSync(this.fd, bytes, at, length - at, null);
      if (got === 0) return undefined;
      at += got;
    }
    return bytes;
  }

  /** The next frame's type and bytes, or undefined at the end. */
  read(): { readonly type: number; readonly payload: Buffer } | undefined {
    const header = this.#exactly(4);
    if (header === undefined) return undefined;
    const payload = this.#exactly(header.readUIntLE(1, 3));
    return payload === undefined ? undefined : { type: header[0]!, payload };
  }

  /** The next frame, its payload as text. Throws at the end. */
  frame(): TextFrame {
    const frame = this.read();
    if (frame === undefined) throw new Error('the connection ended');
    return { type: frame.type, text: frame.payload.toString() };
  }

  /** Everything up to the end: stdout and stderr joined, and the exit frame's text. */
  rest(): { stdout: Buffer; stderr: Buffer; exit: string | undefined } {
    const output: [Buffer[], Buffer[]] = [[], []];
    let exit: string | undefined;
    for (let frame = this.read(); frame !== undefined; frame = this.read()) {
      if (frame.type === 1 || frame.type === 2) output[frame.type - 1]!.push(frame.payload);
      if (frame.type === 5) exit = frame.payload.toString();
    }
    return { stdout: Buffer.concat(output[0]), stderr: Buffer.concat(output[1]), exit };
  }

  /** Output frames until this text has come by. */
  until(text: string): string {
    let seen = '';
    while (!seen.includes(text)) {
      const frame = this.frame();
      if (frame.type === 1 || frame.type === 2) seen += frame.text;
    }
    return seen;
  }

  close(): void {
    closeSync(this.fd);
  }
}

export function socketPair(): [number, number] {
  const pair = new Int32Array(2);
  if (libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ptr(pair)) !== 0) throw new Error('no socket pair');
  return [pair[0]!, pair[1]!];
}

export interface Run {
  readonly control: Connection;
  readonly monitor: Bun.Subprocess;
}

const monitors: Bun.Subprocess[] = [];

/** After a test that failed half-way: its container and monitor. */
function killLeft(): void {
  for (const monitor of monitors.splice(0)) {
    if (monitor.exitCode !== null || monitor.signalCode !== null) continue;
    const children = readFileSync(`/proc/${monitor.pid}/task/${monitor.pid}/children`, 'utf8').split(' ');
    for (const pid of [...children.filter((word) => word !== ''), monitor.pid]) process.kill(Number(pid), 'SIGKILL');
  }
}

/** Starts the executor on a plan, or on bytes that are none. */
export function run(plan: Plan | Uint8Array, env: Record<string, string> = {}, executor = EXECUTOR): Run {
  const directory = mkdtempSync('/tmp/limpid-plan-');
  writeFileSync(`${directory}/plan`, plan instanceof Uint8Array ? plan : encodePlan(plan));
  const planFd = openSync(`${directory}/plan`, 'r');
  const [ours, theirs] = socketPair();
  const monitor = Bun.spawn([executor, 'run', '3', '4'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', planFd, theirs],
  });
  monitors.push(monitor);
  closeSync(planFd);
  closeSync(theirs);
  rmSync(directory, { recursive: true });
  return { control: new Connection(ours), monitor };
}

/** Runs a plan that ends by itself; its last word. */
export async function outcome(plan: Plan | Uint8Array): Promise<TextFrame> {
  const { control, monitor } = run(plan);
  const frame = control.frame();
  control.close();
  await monitor.exited;
  return frame;
}

/** A directory of the test's own, removed by `drop`. */
export class Scratch {
  readonly path: string;

  constructor(below = '/tmp') {
    this.path = mkdtempSync(`${below}/limpid-native-`);
  }

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  text(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  drop(): void {
    killLeft();
    rmSync(this.path, { recursive: true, force: true });
  }

  /** A root file system with nothing but busybox, for an overlay's lower layer. */
  busybox(): string {
    const root = this.file('lower');
    for (const name of ['bin', 'dev', 'proc', 'tmp', 'etc']) mkdirSync(`${root}/${name}`, { recursive: true });
    copyFileSync(BUSYBOX, `${root}/bin/busybox`);
    chmodSync(`${root}/bin/busybox`, 0o755);
    for (const name of ['sh', 'cat', 'ls', 'stty', 'sleep', 'dd', 'readlink', 'id', 'hostname', 'seq', 'yes', 'head'])
      symlinkSync('busybox', `${root}/bin/${name}`);
    for (const name of ['upper', 'work', 'merged']) mkdirSync(this.file(name));
    return root;
  }
}

/** What surrounds a supervised process on the host's own root: `sh -c SCRIPT` with logs, records and a socket. */
export function supervised(
  scratch: Scratch,
  script: string,
  options: { stdin?: boolean; before?: Plan; after?: Plan } = {},
): Plan {
  return [
    host({ op: 'stdio', stdin: options.stdin ?? false, terminal: false, rows: 0, columns: 0, uid: 0, gid: 0 }),
    host({ op: 'log', driver: 'k8s-file', path: scratch.file('log'), maxBytes: 0, maxFiles: 1 }),
    host({ op: 'listen', path: scratch.file('socket'), mode: 0o600 }),
    host({ op: 'record_exit', at: -1, path: scratch.file('exit'), sync: true }),
    ...(options.before ?? []),
    host({ op: 'clone', flags: 0, cgroup: -1, pidfd: -1, proc: -1, user: -1 }),
    host({ op: 'record_start', at: -1, path: scratch.file('start'), prefix: 'boot' }),
    child({ op: 'exec', candidates: ['/bin/busybox'], argv: ['sh', '-c', script], env: ['PATH=/bin:/usr/bin'] }),
    host({ op: 'supervise' }),
    ...(options.after ?? []),
  ];
}

/** A whole container: own mount, pid, uts and ipc namespaces, an overlay, /proc, /dev with devpts, pivot_root. */
export function container(
  scratch: Scratch,
  argv: readonly string[],
  terminal?: { rows: number; columns: number },
): Plan {
  const lower = scratch.busybox();
  const overlay = `lowerdir=${lower},upperdir=${scratch.file('upper')},workdir=${scratch.file('work')}`;
  const mount = (target: string, type: string, data: string) =>
    child({ op: 'mount', at: 10, target, type, source: type, flags: 0, data });
  return [
    host({
      op: 'stdio',
      stdin: true,
      terminal: terminal !== undefined,
      rows: terminal?.rows ?? 0,
      columns: terminal?.columns ?? 0,
      uid: 0,
      gid: 0,
    }),
    host({ op: 'log', driver: 'json-file', path: scratch.file('log'), maxBytes: 0, maxFiles: 1 }),
    host({ op: 'listen', path: scratch.file('socket'), mode: 0o600 }),
    host({ op: 'record_exit', at: -1, path: scratch.file('exit'), sync: false }),
    host({
      op: 'clone',
      flags: CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC,
      cgroup: -1,
      pidfd: 1,
      proc: 2,
      user: -1,
    }),
    child({ op: 'await', gate: 7 }),
    child({ op: 'mount', at: -1, target: '/', type: '', source: '', flags: 0x44000, data: '' }),
    child({
      op: 'mount',
      at: -1,
      target: scratch.file('merged'),
      type: 'overlay',
      source: 'overlay',
      flags: 0,
      data: overlay,
    }),
    child({ op: 'open', slot: 10, at: -1, path: scratch.file('merged'), flags: 0o10200000, mode: 0 }),
    mount('/proc', 'proc', ''),
    mount('/dev', 'tmpfs', 'mode=755'),
    child({ op: 'mkdir', at: 10, path: 'dev/pts', mode: 0o755, existOk: false }),
    mount('/dev/pts', 'devpts', 'newinstance,ptmxmode=0666,mode=620'),
    child({ op: 'mknod', at: 10, path: '/dev/null', mode: 0o20666, device: 0x103, existOk: false }),
    child({ op: 'write', at: 10, path: '/dev/console', flags: 0o101, data: new Uint8Array() }),
    ...(terminal === undefined ? [] : [child({ op: 'terminal', at: 10, bindConsole: true, uid: 0 })]),
    child({ op: 'pivot_root', slot: 10 }),
    init({ op: 'sethostname', name: 'lab' }),
    init({ op: 'exec', candidates: [argv[0]!], argv, env: ['PATH=/bin'] }),
    host({ op: 'release', gate: 7 }),
    host({ op: 'supervise' }),
  ];
}

/** Reads `PID STARTTIME` and goes on. */
export function started(control: Connection): number {
  const frame = control.frame();
  if (frame.type !== 3) throw new Error(`not started: frame ${frame.type} "${frame.text}"`);
  return Number(frame.text.split(' ')[0]);
}
