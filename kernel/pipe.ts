import { EAGAIN, EINTR, EPIPE } from '../abi/errno-numbers.ts';
import { O_NONBLOCK, O_WRONLY } from '../abi/flags/open.ts';
import { lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';
import { SYS_PIPE2 } from './syscall-numbers.ts';

const O_CLOEXEC = 0o2000000;
const F_SETFL = 4;
const F_SETPIPE_SZ = 1031;
/** In this time not even a fast reader empties a pipe of a megabyte. */
const LOOK_MS = 1;

export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/** pipe2(2). */
export function makePipe(): Pipe {
  const pair = new Int32Array(2);
  if (Number(libc.syscall(SYS_PIPE2, ptr(pair), O_CLOEXEC, 0, 0, 0, 0)) < 0) throw systemError('create', 'pipe');
  return { readFd: pair[0]!, writeFd: pair[1]! };
}

/** The writing end of a pipe, for who has other things to do while the reader is behind. */
export class PipeWriter {
  #fd: number;
  #waiting: Uint8Array[] = [];

  /** Asks for a pipe that holds so much; what the kernel gives is enough otherwise. */
  constructor(fd: number, capacityBytes: number) {
    this.#fd = fd;
    libc.fcntl(fd, F_SETPIPE_SZ, capacityBytes);
    libc.fcntl(fd, F_SETFL, O_WRONLY | O_NONBLOCK);
  }

  /** Whether the reader is behind: `drained` says when it is not any more. */
  get isBehind(): boolean {
    return this.#waiting.length > 0;
  }

  /** Writes what finds room, keeps the rest: a copy, unless the bytes `last`. Throws EPIPE where the reader is gone. */
  write(bytes: Uint8Array, lasts = false): void {
    const taken = this.isBehind ? 0 : this.#writeSome(bytes);
    if (taken === bytes.length) return;
    const rest = bytes.subarray(taken);
    // Not slice: a Buffer's is no copy.
    this.#waiting.push(lasts ? rest : new Uint8Array(rest));
  }

  /** Resolves when everything is written. Throws EPIPE where the reader is gone. */
  async drained(): Promise<void> {
    while (this.isBehind) {
      const [first] = this.#waiting;
      const taken = this.#writeSome(first!);
      if (taken === first!.length) this.#waiting.shift();
      else {
        this.#waiting[0] = first!.subarray(taken);
        await Bun.sleep(LOOK_MS);
      }
    }
  }

  /** What is still kept is given up; a later write throws EPIPE, whoever has the descriptor's number by then. */
  close(): void {
    if (this.#fd >= 0) libc.close(this.#fd);
    this.#fd = -1;
    this.#waiting = [];
  }

  #writeSome(bytes: Uint8Array): number {
    if (this.#fd < 0) throw systemError('write', 'pipe', EPIPE);
    for (let at = 0; at < bytes.length;) {
      const got = Number(libc.write(this.#fd, ptr(bytes, at), bytes.length - at));
      if (got >= 0) at += got;
      else {
        const errno = lastErrno();
        if (errno === EAGAIN) return at;
        if (errno !== EINTR) throw systemError('write', 'pipe', errno);
      }
    }
    return bytes.length;
  }
}
