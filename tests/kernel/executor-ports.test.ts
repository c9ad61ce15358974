/** reserve_port and release_ports: what the kernel refuses to others meanwhile. */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Plan } from '../../plan/ops.ts';
import { cleanup, host, run, Scratch, started, supervised, type Run } from './native-harness.ts';
import { TestHost } from './test-hosts.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK = { tcp: 1, udp: 2 } as const;
const IPPROTO = { tcp: 6, udp: 17 } as const;
const FAILED = 4;
const EADDRINUSE = 98;
const EADDRNOTAVAIL = 99;

let place: TestHost;
let scratch: Scratch;
beforeAll(() => {
  place = new TestHost('ports');
  scratch = new Scratch();
});
afterEach(async () => {
  scratch.drop();
  scratch = new Scratch();
  await place.leave();
});
afterAll(async () => {
  scratch.drop();
  await place.drop();
});

function reserve(protocol: 'tcp' | 'udp', port: number, address: readonly number[] = [0, 0, 0, 0]) {
  const v6 = address.length === 16;
  const family = v6 ? AF_INET6 : AF_INET;
  const head = [family, 0, port >> 8, port & 255, ...(v6 ? [0, 0, 0, 0] : [])];
  const bytes = Uint8Array.from([...head, ...address, ...Array.from({ length: v6 ? 4 : 8 }, () => 0)]);
  return host({
    op: 'reserve_port',
    domain: family,
    type: SOCK[protocol],
    protocol: IPPROTO[protocol],
    address: bytes,
  });
}

/** A process that runs until it is told to end, with these ports held. */
function holding(before: Plan, script = 'read line', files = scratch): Run {
  return run(
    place.onThisHost(supervised(files, script, { stdin: true, before, after: [cleanup({ op: 'release_ports' })] })),
  );
}

async function ends({ control, monitor }: Run): Promise<void> {
  control.send(16, 'end\n');
  expect(control.rest().exit).toBe('0 0 0');
  control.close();
  await monitor.exited;
}

const TAKEN = { code: 1, out: '', err: 'nc: Address already in use\n' };

test.each<['tcp' | 'udp', string[]]>([
  ['tcp', []],
  ['udp', ['-u']],
])(
  '%s: nobody else gets a held port, nobody is answered there, and it is free behind the end',
  async (protocol, options) => {
    const holder = holding([reserve(protocol, 7000)]);
    started(holder.control);
    expect(await place.runs(['nc', ...options, '-l', '7000'])).toEqual(TAKEN);
    expect(await place.runs(['nc', ...options, '-l', '127.0.0.1', '7000'])).toEqual(TAKEN);
    expect(await place.asks('127.0.0.1', 7000, '-w', '1', ...options)).toStartWith('nothing, ');
    await ends(holder);
    await place.answers(protocol, 7000);
  },
);

test('of two who want it one gets it, and the other learns which', async () => {
  const holder = holding([reserve('tcp', 7000)]);
  started(holder.control);
  const files = new Scratch();
  const late = holding([reserve('udp', 7000), reserve('tcp', 6999), reserve('tcp', 7000)], 'true', files);
  const { type, text } = late.control.frame();
  const index = 2 + 4 + 2;
  expect({ type, text }).toEqual({ type: FAILED, text: `${index} ${EADDRINUSE} bind` });
  // What it had taken before is free again.
  await place.answers('tcp', 6999);
  await ends(holder);
  files.drop();
});

test('one address leaves the others, IPv6 leaves IPv4', async () => {
  const loopback6 = [...Array.from({ length: 15 }, () => 0), 1];
  const holder = holding([
    reserve('tcp', 7000, [127, 0, 0, 1]),
    reserve('tcp', 7001, loopback6),
    reserve(
      'tcp',
      7002,
      Array.from({ length: 16 }, () => 0),
    ),
  ]);
  started(holder.control);
  await place.answers('tcp', 7000, '127.0.0.2');
  await place.answers('tcp', 7001, '127.0.0.1');
  await place.answers('tcp', 7002, '127.0.0.1');
  expect((await place.runs('nc -l 127.0.0.1 7000')).err).toBe(TAKEN.err);
  expect((await place.runs('nc -6 -l ::1 7001')).err).toBe(TAKEN.err);
  expect((await place.runs('nc -6 -l ::1 7002')).err).toBe(TAKEN.err);
  await ends(holder);
});

test('connections that wait for their last packets are no obstacle', async () => {
  await place.answers('tcp', 7000);
  // The server closes first: TIME_WAIT stays with it.
  expect(await place.asks('127.0.0.1', 7000)).toBe('127.0.0.1 tcp');
  await place.leave();
  expect(place.does('cat /proc/net/tcp /proc/net/tcp6')).toContain(':1B58 ');
  const holder = holding([reserve('tcp', 7000)]);
  started(holder.control);
  await ends(holder);
});

test('an address that is not there', () => {
  const { type, text } = holding([reserve('tcp', 7000, [192, 0, 2, 1])]).control.frame();
  expect({ type, text }).toEqual({ type: FAILED, text: `6 ${EADDRNOTAVAIL} bind` });
});

test('two thousand ports, none of which the process sees', async () => {
  const many = Array.from({ length: 2000 }, (_, index) => reserve('tcp', 20_000 + index));
  const holder = holding(many, 'ls -l /proc/self/fd; read line');
  started(holder.control);
  expect(holder.control.until('pipe:')).not.toContain('socket:');
  expect((await place.runs('nc -l 21999')).err).toBe(TAKEN.err);
  await ends(holder);
  await place.answers('tcp', 21_999);
});
