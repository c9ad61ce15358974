import type { Socket } from 'bun';
import { encodeFrame, FrameReader, type Frame } from '../../kernel/frames.ts';
import { connectUnix } from '../../kernel/unix-socket.ts';

export interface MonitorConnection {
  send(type: number, payload: string | Uint8Array): void;
  close(): void;
  /** Settles when the monitor is gone or the connection was closed. */
  readonly closed: Promise<void>;
}

/** Connects to a monitor by its attach socket, or by a control descriptor; `undefined` where none listens. */
export async function connectMonitor(
  where: { readonly path: string } | { readonly fd: number },
  onFrame: (frame: Frame) => void,
): Promise<MonitorConnection | undefined> {
  const reader = new FrameReader();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const pending: Uint8Array[] = [];
  const socket = {
    data: (_: Socket, bytes: Uint8Array) => reader.push(bytes).forEach(onFrame),
    drain: (one: Socket) => flush(one, pending),
    close: () => resolve(),
    error: () => resolve(),
  };
  const fd = 'fd' in where ? where.fd : connectUnix(where.path);
  if (fd === undefined) return undefined;
  // Bun takes an open descriptor too, which its types do not say.
  const connection = (await Bun.connect({ fd, socket } as unknown as Bun.UnixSocketOptions<undefined>)) as Socket;
  return {
    send: (type, payload) => {
      pending.push(encodeFrame(type, payload));
      flush(connection, pending);
    },
    close: () => connection.end(),
    closed,
  };
}

function flush(socket: Socket, pending: Uint8Array[]): void {
  while (pending.length > 0) {
    const first = pending[0]!;
    const written = socket.write(first);
    if (written < first.length) {
      pending[0] = first.subarray(Math.max(0, written));
      return;
    }
    pending.shift();
  }
}
