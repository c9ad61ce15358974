import { libc } from '../../kernel/libc.ts';
import { pollSockets } from '../../kernel/ip-socket.ts';

interface Watched {
  readonly events: number;
  readonly act: () => void;
  /** By `Bun.nanoseconds()`; then `expire` is called, once. */
  readonly deadlineNs: number;
  readonly expire: () => void;
}

/** Waits for sockets, and does what was said for each that is ready or whose time is up. */
export class PollLoop {
  readonly #watched = new Map<number, Watched>();

  watch(
    fd: number,
    events: number,
    act: () => void,
    timeout?: { readonly ms: number; readonly expire: () => void },
  ): void {
    const deadlineNs = timeout === undefined ? Infinity : Bun.nanoseconds() + timeout.ms * 1e6;
    this.#watched.set(fd, { events, act, deadlineNs, expire: timeout?.expire ?? (() => {}) });
  }

  /** Closes a socket that is watched; one that is not is somebody else's by now. */
  close(fd: number): void {
    if (this.#watched.delete(fd)) libc.close(fd);
  }

  get size(): number {
    return this.#watched.size;
  }

  /** One round: waits at most `idleMs`. */
  turn(idleMs: number): void {
    const now = Bun.nanoseconds();
    let waitMs = idleMs;
    for (const { deadlineNs } of this.#watched.values())
      waitMs = Math.min(waitMs, Math.max(0, (deadlineNs - now) / 1e6));
    const before = new Map(this.#watched);
    const wanted = new Map([...before].map(([fd, { events }]) => [fd, events]));
    for (const fd of pollSockets(wanted, Math.ceil(waitMs))) {
      // What another one's turn has closed may be a new socket by now.
      if (this.#watched.get(fd) === before.get(fd)) before.get(fd)!.act();
    }
    const later = Bun.nanoseconds();
    for (const [fd, watched] of [...this.#watched]) {
      if (watched.deadlineNs <= later && this.#watched.get(fd) === watched) watched.expire();
    }
  }
}
