import { formatAddress, parseAddress } from '../../abi/ip/address.ts';
import { acceptFrom, openAt, POLL_IN, receive, send, type IpPlace, type Transport } from '../../kernel/ip-socket.ts';
import { decide, isMissing } from './answer.ts';
import { Forwarder } from './forwarder.ts';
import { FramedStream } from './framed-stream.ts';
import { encodeAnswer, parseQuery, RCODE, type DnsQuery } from './message.ts';
import { PollLoop } from './poll-loop.ts';
import { Zone, type ZoneView } from './zone.ts';

const DNS_PORT = 53;
const QUIET_MS = 10_000;
/** A moment's look at the containers holds so long: starts and stops are to be seen within a second. */
const FRESH_NS = 2e8;
/** Of what was not seen then, whoever asks all the time makes us look again no more often. */
const MISSING_NS = 5e6;

/** Answers the containers of all networks with names, at their gateways, by UDP and TCP. */
export class Resolver {
  readonly #read: () => ZoneView;
  readonly #loop = new PollLoop();
  readonly #forwarder = new Forwarder(this.#loop);
  /** Descriptors by transport and gateway. */
  readonly #listening = new Map<string, { readonly fds: readonly number[]; readonly network: string }>();
  #zone: { readonly zone: Zone; readonly readNs: number } | undefined;

  /** `read` looks at the networks and the containers that run now. */
  constructor(read: () => ZoneView) {
    this.#read = read;
  }

  /** Serves what waits, for at most `idleMs`. */
  turn(idleMs: number): void {
    this.#loop.turn(idleMs);
  }

  /** Calls `act` when the descriptor has something to read; its own `turn` goes on then. */
  watch(fd: number, act: () => void): void {
    this.#loop.watch(fd, POLL_IN, act);
  }

  /** Listens at the gateways of this view and no longer at others. Answers those where another program listens. */
  listen(view: ZoneView): { readonly gateways: readonly string[]; readonly refused: readonly string[] } {
    const wanted = new Map(view.networks.flatMap(({ name, gateways }) => gateways.map((gateway) => [gateway, name])));
    for (const [gateway, { fds, network }] of [...this.#listening]) {
      if (wanted.get(gateway) === network) continue;
      for (const fd of fds) this.#loop.close(fd);
      this.#listening.delete(gateway);
    }
    const refused: string[] = [];
    for (const [gateway, network] of wanted) {
      if (!this.#listening.has(gateway) && !this.#open(gateway, network)) refused.push(gateway);
    }
    this.#zone = undefined;
    return { gateways: [...this.#listening.keys()], refused };
  }

  #open(gateway: string, network: string): boolean {
    const address = parseAddress(gateway);
    if (address === undefined) return false;
    const fds: number[] = [];
    try {
      for (const transport of ['udp', 'tcp'] as const satisfies Transport[]) {
        const fd = openAt(transport, { address, port: DNS_PORT });
        fds.push(fd);
        this.#loop.watch(fd, POLL_IN, () =>
          transport === 'udp' ? this.#datagram(fd, network) : this.#connection(fd, network),
        );
      }
    } catch {
      for (const fd of fds) this.#loop.close(fd);
      return false;
    }
    this.#listening.set(gateway, { fds, network });
    return true;
  }

  #datagram(fd: number, network: string): void {
    const datagram = receive(fd);
    if (datagram === undefined) return;
    this.#serve(datagram.bytes, datagram.from, network, false, (answer) => send(fd, answer, datagram.from));
  }

  #connection(fd: number, network: string): void {
    const accepted = acceptFrom(fd);
    if (accepted === undefined) return;
    const stream = new FramedStream(this.#loop, accepted.fd, QUIET_MS, (message) => {
      if (message !== 'end') this.#serve(message, accepted.from, network, true, (answer) => stream.send(answer));
    });
  }

  #serve(
    message: Uint8Array,
    from: IpPlace,
    network: string,
    overTcp: boolean,
    reply: (answer: Uint8Array) => void,
  ): void {
    const query = parseQuery(message);
    // Who sends what is no question is not answered: two that do would talk for ever.
    if (query === undefined) return;
    const source = formatAddress(from.address);
    const zone = this.#freshZone(query, source, network);
    const client = zone.client(source, network);
    const decision = decide(query, zone, client, overTcp);
    if (decision.kind === 'answer') return reply(decision.message);
    const failed = () => encodeAnswer(query, { rcode: RCODE.serverFailure });
    this.#forwarder.ask({
      message,
      servers: client.servers,
      overTcp,
      reply: (answer) => reply(answer ?? failed()),
    });
  }

  /** The last look, while it is fresh; an asker or a container that it does not know may have come since. */
  #freshZone(query: DnsQuery, source: string, network: string): Zone {
    const now = Bun.nanoseconds();
    const { zone, readNs } = this.#zone ?? { readNs: -FRESH_NS };
    const ageNs = now - readNs;
    const isEnough = zone?.has(source, network) === true && !isMissing(query, zone, zone.client(source, network));
    if (zone !== undefined && ageNs < (isEnough ? FRESH_NS : MISSING_NS)) return zone;
    this.#zone = { zone: new Zone(this.#read()), readNs: now };
    return this.#zone.zone;
  }
}
