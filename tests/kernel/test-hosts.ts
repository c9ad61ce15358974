/** Several hosts on this machine: network namespaces, joined by veth pairs. Nothing of them is seen outside. */
import { fileURLToPath } from 'node:url';
import type { Op, Plan } from '../../plan/ops.ts';
import { host as hostStage, outcome, type TextFrame } from './native-harness.ts';

const ANSWERER = fileURLToPath(new URL('answerer.ts', import.meta.url));
const CLONE_NEWNET = 0x40000000;
const NAMESPACE_SLOT = 200;
const O_RDONLY_CLOEXEC = 0o2000000;
/** Emulated, and beside others, a program may take long. */
const PATIENCE_MS = 60_000;

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A network namespace, of a host or of a container, in which real programs run. */
export class NetworkPlace {
  readonly path: string;
  readonly #started: Bun.Subprocess[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Runs words of a command to its end, which must be a good one; `nft -f` takes `input`. */
  does(line: string, input = ''): string {
    return must(['nsenter', `--net=${this.path}`, ...line.split(' ')], input);
  }

  /** Runs a program to its end; a line of words, or words. */
  async runs(command: string | readonly string[], input = ''): Promise<Said> {
    const words = typeof command === 'string' ? command.split(' ') : command;
    const process = this.#spawn(words, new Blob([input]));
    const [out, err, code] = await Promise.all([text(process.stdout), text(process.stderr), process.exited]);
    return { code, out, err };
  }

  /**
   * What a server says to `nc` first; then nobody waits any longer. Options such as `-u` (then something is sent, 3000
   * bytes of it). Where nobody answers: `nothing` and the exit code.
   */
  async asks(address: string, port: number, ...options: readonly string[]): Promise<string> {
    const input = options.includes('-u') ? 'x'.repeat(3000) : '';
    const process = this.#spawn(['nc', '-w', '3', ...options, address, String(port)], new Blob([input]));
    const { value } = await process.stdout.getReader().read();
    if (value === undefined) return `nothing, exit code ${await process.exited}`;
    process.kill('SIGKILL');
    return new TextDecoder().decode(value).trim();
  }

  /**
   * Serves a port: answers with who asked and the protocol, such as `10.0.0.2 tcp`. `at` is the address it binds.
   * Ready when this returns.
   */
  async answers(protocol: 'tcp' | 'udp' | 'http' | 'echo', port: number, at = '::'): Promise<void> {
    await this.serves([ANSWERER, protocol, String(port), at]);
  }

  /** Runs a server, a script and its words; ready when this returns. */
  async serves(script: readonly string[], interpreter = 'bun'): Promise<void> {
    const server = this.#spawn([interpreter, ...script], 'ignore');
    const { value } = await server.stdout.getReader().read();
    if (value === undefined) throw new Error(`no server: ${await text(server.stderr)}`);
  }

  #spawn(words: readonly string[], stdin: Blob | 'ignore') {
    const process = Bun.spawn(['nsenter', `--net=${this.path}`, ...words], { stdin, stdout: 'pipe', stderr: 'pipe' });
    this.#started.push(process);
    return process;
  }

  sysctl(name: string, value: string): void {
    // /proc/sys/net is that of whoever opens it: a shell inside writes.
    must(['nsenter', `--net=${this.path}`, 'sh', '-c', `echo ${value} > /proc/sys/net/${name}`]);
  }

  /** Ends what still runs in it. */
  async leave(): Promise<void> {
    for (const process of this.#started) if (process.exitCode === null) process.kill('SIGKILL');
    await Promise.all(this.#started.map((process) => process.exited));
  }
}

let count = 0;

/** One host: a network namespace with a name in /run/netns. */
export class TestHost extends NetworkPlace {
  readonly name: string;

  constructor(name: string) {
    const unique = `limpid-t${process.pid}-${++count}-${name}`;
    super(`/run/netns/${unique}`);
    this.name = unique;
    must(['ip', 'netns', 'add', this.name]);
    this.does('ip link set lo up');
  }

  /** Carries out operations of the host stage as the executor would on this host. */
  async carriesOut(plan: Plan): Promise<TextFrame> {
    return outcome(this.onThisHost(plan));
  }

  /** The plan with this host's network namespace entered first. */
  onThisHost(plan: readonly Op[]): Plan {
    return [
      hostStage({ op: 'open', slot: NAMESPACE_SLOT, at: -1, path: this.path, flags: O_RDONLY_CLOEXEC, mode: 0 }),
      hostStage({ op: 'setns', slot: NAMESPACE_SLOT, flags: CLONE_NEWNET }),
      ...plan,
    ];
  }

  async drop(): Promise<void> {
    await this.leave();
    must(['ip', 'netns', 'del', this.name]);
  }
}

/** A cable between two hosts, its ends named and addressed: `eth0 192.168.7.2/24 fd07::2/64`. */
export function cable(one: TestHost, oneEnd: string, other: TestHost, otherEnd: string): void {
  const [oneName = '', ...oneAddresses] = oneEnd.split(' ');
  const [otherName = '', ...otherAddresses] = otherEnd.split(' ');
  must(['ip', '-n', one.name, 'link', 'add', oneName, 'type', 'veth', 'peer', 'name', otherName, 'netns', other.name]);
  bringUp(one, oneName, oneAddresses);
  bringUp(other, otherName, otherAddresses);
}

function bringUp(host: TestHost, name: string, addresses: readonly string[]): void {
  for (const address of addresses)
    must(['ip', '-n', host.name, 'address', 'add', address, 'dev', name, ...(address.includes(':') ? ['nodad'] : [])]);
  must(['ip', '-n', host.name, 'link', 'set', name, 'up']);
}

/** A bridge with its addresses. */
export function bridge(host: TestHost, name: string, ...addresses: readonly string[]): void {
  must(['ip', '-n', host.name, 'link', 'add', name, 'type', 'bridge']);
  bringUp(host, name, addresses);
}

function must(command: readonly string[], input = ''): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { stdin: new TextEncoder().encode(input) });
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr.toString()}`);
  return stdout.toString();
}

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  const timer = Bun.sleep(PATIENCE_MS).then(() => {
    throw new Error('the program does not end');
  });
  return Promise.race([new Response(stream).text(), timer]);
}
