import { decodeReply, type DbusCall, type DbusReply, encodeCall, restOfMessage } from '../abi/dbus/message.ts';
import { closeDescriptor } from '../kernel/descriptors.ts';
import { writeAll } from '../kernel/files.ts';
import { currentUid } from '../kernel/process.ts';
import { readExactly } from '../kernel/stream.ts';
import { connectUnix } from '../kernel/unix-socket.ts';
import { runtimeError } from './runtime-error.ts';

/** systemd's own socket leads to it alone, and needs no bus to run; the bus asks who we are first. */
const PRIVATE = '/run/systemd/private';
const BUS = '/run/dbus/system_bus_socket';
const PATIENCE_MS = 25_000;

const SYSTEMD = { path: '/org/freedesktop/systemd1', interface: 'org.freedesktop.systemd1.Manager' } as const;

/** A connection to the system's systemd. */
export class SystemdBus {
  readonly #fd: number;
  readonly #destination: { destination?: string };
  #serial = 0;

  /** Throws ESYSTEMD where there is none. */
  static open(): SystemdBus {
    const direct = currentUid() === 0 ? connectUnix(PRIVATE) : undefined;
    if (direct !== undefined) return new SystemdBus(direct, undefined);
    const bus = connectUnix(BUS);
    if (bus !== undefined) return new SystemdBus(bus, 'org.freedesktop.systemd1');
    const why = `nobody serves "${PRIVATE}" or "${BUS}"`;
    throw runtimeError(
      'ESYSTEMD',
      'ask',
      'systemd for a cgroup',
      why,
      'without systemd, use --cgroup-manager cgroupfs',
    );
  }

  constructor(fd: number, destination: string | undefined) {
    this.#fd = fd;
    this.#destination = destination === undefined ? {} : { destination };
    this.#authenticate();
    const bus = 'org.freedesktop.DBus';
    if (destination !== undefined)
      this.#call({ path: '/org/freedesktop/DBus', interface: bus, member: 'Hello', destination: bus, args: [] });
  }

  /** Calls a method of systemd's manager, and answers the first string of what it returns. Throws ESYSTEMD. */
  manager(member: string, args: DbusCall['args']): string {
    return this.#call({ ...SYSTEMD, ...this.#destination, member, args }).text;
  }

  close(): void {
    closeDescriptor(this.#fd);
  }

  /** D-Bus Specification, Authentication: the kernel tells the other end who we are. */
  #authenticate(): void {
    const uid = new TextEncoder().encode(String(currentUid())).toHex();
    this.#write(new TextEncoder().encode(`\0AUTH EXTERNAL ${uid}\r\n`));
    const line = this.#line();
    if (!line.startsWith('OK ')) throw this.#broken(`it refuses us: ${JSON.stringify(line)}`);
    this.#write(new TextEncoder().encode('BEGIN\r\n'));
  }

  #line(): string {
    let line = '';
    while (!line.endsWith('\n')) line += new TextDecoder().decode(this.#read(1));
    return line.trimEnd();
  }

  #call(call: Omit<DbusCall, 'serial'>): DbusReply {
    const serial = ++this.#serial;
    this.#write(encodeCall({ ...call, serial }));
    for (;;) {
      const start = this.#read(16);
      const reply = decodeReply(new Uint8Array([...start, ...this.#read(restOfMessage(start))]));
      // Signals come in between.
      if (reply.kind === 'other' || reply.replyTo !== serial) continue;
      if (reply.kind === 'return') return reply;
      throw runtimeError('ESYSTEMD', 'call', `systemd's ${call.member}`, `${reply.errorName}: ${reply.text}`);
    }
  }

  #read(length: number): Uint8Array {
    const bytes = readExactly(this.#fd, length, PATIENCE_MS);
    if (bytes === undefined) throw this.#broken('it does not answer');
    return bytes;
  }

  #write(bytes: Uint8Array): void {
    writeAll(this.#fd, bytes, 'the connection to systemd');
  }

  #broken(why: string): Error {
    return runtimeError('ESYSTEMD', 'talk', 'to systemd', why);
  }
}
