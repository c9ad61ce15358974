import {
  FRAME,
  FRAME_BYTES,
  parseExit,
  SUBSCRIBE_STDERR,
  SUBSCRIBE_STDIN,
  SUBSCRIBE_STDOUT,
  type ExitStatus,
} from '../../kernel/frames.ts';
import type { LogStream } from '../logs/record.ts';
import { connectMonitor, type MonitorConnection } from './connect.ts';

export interface OutputChunk {
  readonly stream: LogStream;
  readonly bytes: Uint8Array;
}

/** Everything a process wrote, and how it ended. */
export interface ProcessResult extends ExitStatus {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** A conversation with a process in a container, through its monitor. */
export class Session {
  readonly #connection: MonitorConnection;
  readonly #chunks: OutputChunk[] = [];
  readonly #exit = Promise.withResolvers<ExitStatus | undefined>();
  #isOver = false;
  #wake = (): void => {};

  private constructor(connection: MonitorConnection) {
    this.#connection = connection;
    void connection.closed.then(() => this.#end(undefined));
  }

  /** Over a connection to a monitor, which is the session's from now on. `subscribe` where the monitor does not send yet. */
  static async open(fd: number, { subscribe }: { readonly subscribe: boolean }): Promise<Session> {
    const early: { type: number; payload: Uint8Array }[] = [];
    let take = (frame: { type: number; payload: Uint8Array }): void => void early.push(frame);
    const connection = await connectMonitor({ fd }, (frame) => take(frame));
    const session = new Session(connection!);
    take = ({ type, payload }) => session.#take(type, payload);
    early.forEach(take);
    if (subscribe) connection!.send(FRAME.subscribe, String(SUBSCRIBE_STDOUT | SUBSCRIBE_STDERR | SUBSCRIBE_STDIN));
    return session;
  }

  /** How the process ended; `undefined` where the session was closed, or its monitor killed, before. */
  get exited(): Promise<ExitStatus | undefined> {
    return this.#exit.promise;
  }

  /** What the process writes, until it has ended. For one reader. */
  async *output(): AsyncGenerator<OutputChunk, void, undefined> {
    for (;;) {
      yield* this.#chunks.splice(0);
      if (this.#chunks.length > 0) continue;
      if (this.#isOver) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Gathers all output until the end. Throws what `exited` cannot tell: a session that broke off has code 255. */
  async result(): Promise<ProcessResult> {
    const parts: Record<LogStream, Uint8Array[]> = { stdout: [], stderr: [] };
    for await (const { stream, bytes } of this.output()) parts[stream].push(bytes);
    const status = (await this.exited) ?? { code: 255, signal: 0, oomKilled: false };
    return { ...status, stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr) };
  }

  /** Sends input, to a process that was started `interactive`. */
  write(input: string | Uint8Array): void {
    const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
    for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
      this.#connection.send(FRAME.stdin, bytes.subarray(at, at + FRAME_BYTES));
    }
  }

  endInput(): void {
    this.#connection.send(FRAME.stdinEnd, '');
  }

  resize(rows: number, columns: number): void {
    this.#connection.send(FRAME.resize, `${rows} ${columns}`);
  }

  signal(signal: number): void {
    this.#connection.send(FRAME.signal, String(signal));
  }

  /** Leaves the process running. */
  close(): void {
    this.#connection.close();
  }

  #take(type: number, payload: Uint8Array): void {
    if (type === FRAME.stdout || type === FRAME.stderr) {
      this.#chunks.push({ stream: type === FRAME.stdout ? 'stdout' : 'stderr', bytes: payload });
      this.#wake();
    } else if (type === FRAME.exit) this.#end(parseExit(new TextDecoder().decode(payload)));
  }

  #end(status: ExitStatus | undefined): void {
    this.#isOver = true;
    this.#exit.resolve(status);
    this.#wake();
  }
}
