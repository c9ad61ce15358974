import { parseAddress } from '../../abi/ip/address.ts';
import { openTo, POLL_IN, receive, send, type IpPlace } from '../../kernel/ip-socket.ts';
import { randomBytes } from '../../kernel/random.ts';
import { FramedStream } from './framed-stream.ts';
import { isAnswerTo, withId } from './message.ts';
import type { PollLoop } from './poll-loop.ts';

const DNS_PORT = 53;
const TRY_MS = 2000;
/** Sockets of the loop, ours and the listening ones, beyond which no new question goes out. */
const SOCKETS = 1000;

export interface ForwardRequest {
  readonly message: Uint8Array;
  /** Addresses, asked in turn. */
  readonly servers: readonly string[];
  readonly overTcp: boolean;
  /** `undefined` where none of them answered. */
  readonly reply: (answer: Uint8Array | undefined) => void;
}

/** Asks other resolvers, each question from a socket and under an id of its own, so that nobody else can answer it. */
export class Forwarder {
  readonly #loop: PollLoop;

  constructor(loop: PollLoop) {
    this.#loop = loop;
  }

  ask(request: ForwardRequest): void {
    const places = request.servers.map(placeOf).filter((place) => place !== undefined);
    this.#tryNext(request, places);
  }

  #tryNext(request: ForwardRequest, places: readonly IpPlace[]): void {
    const [place, ...rest] = places;
    if (place === undefined || this.#loop.size > SOCKETS) return request.reply(undefined);
    const next = () => this.#tryNext(request, rest);
    try {
      if (request.overTcp) this.#askStream(request, place, next);
      else this.#askDatagram(request, place, next);
    } catch {
      // No route to it, or no socket left.
      next();
    }
  }

  #askDatagram({ message, reply }: ForwardRequest, place: IpPlace, next: () => void): void {
    const id = randomId();
    const fd = openTo('udp', place);
    const giveUp = () => {
      this.#loop.close(fd);
      next();
    };
    const take = () => {
      const answer = receive(fd);
      // Nobody is there: the error of the socket says so at once.
      if (answer === undefined) return giveUp();
      if (!isAnswerTo(answer.bytes, message, id)) return;
      this.#loop.close(fd);
      reply(withId(answer.bytes, idOf(message)));
    };
    this.#loop.watch(fd, POLL_IN, take, { ms: TRY_MS, expire: giveUp });
    send(fd, withId(message, id));
  }

  #askStream({ message, reply }: ForwardRequest, place: IpPlace, next: () => void): void {
    const id = randomId();
    let done = false;
    const stream = new FramedStream(this.#loop, openTo('tcp', place), TRY_MS, (answer) => {
      if (done) return;
      if (answer === 'end') return next();
      if (!isAnswerTo(answer, message, id)) return;
      done = true;
      stream.close();
      reply(withId(answer, idOf(message)));
    });
    stream.send(withId(message, id));
  }
}

function placeOf(server: string): IpPlace | undefined {
  const address = parseAddress(server);
  return address === undefined ? undefined : { address, port: DNS_PORT };
}

function randomId(): number {
  const bytes = randomBytes(2);
  return (bytes[0]! << 8) | bytes[1]!;
}

function idOf(message: Uint8Array): number {
  return (message[0]! << 8) | message[1]!;
}
