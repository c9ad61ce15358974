import type { Socket } from 'bun';
import { O_CLOEXEC, O_PATH } from '../../abi/flags/open.ts';
import { encodeFrame, FrameReader, type Frame } from '../../kernel/frames.ts';
import { cString, libc, ptr } from '../../kernel/libc.ts';

/** sun_path's length, less its NUL: unix(7). */
const SOCKET_PATH_LIMIT = 107;

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
  const connection = await open(where, socket);
  if (connection === undefined) return undefined;
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

async function open(
  where: { readonly path: string } | { readonly fd: number },
  socket: Bun.SocketHandler,
): Promise<Socket | undefined> {
  // Bun takes an open descriptor too, which its types do not say.
  if ('fd' in where) return Bun.connect({ fd: where.fd, socket } as unknown as Bun.UnixSocketOptions<undefined>);
  const { path, directoryFd } = shortPath(where.path);
  try {
    return await Bun.connect({ unix: path, socket });
  } catch {
    return undefined;
  } finally {
    if (directoryFd >= 0) libc.close(directoryFd);
  }
}

/** A path that fits into sun_path: through a descriptor of its directory where it is too long itself. */
function shortPath(path: string): { path: string; directoryFd: number } {
  if (path.length <= SOCKET_PATH_LIMIT) return { path, directoryFd: -1 };
  const slash = path.lastIndexOf('/');
  const directoryFd = libc.open(ptr(cString(path.slice(0, slash))), O_PATH | O_CLOEXEC, 0);
  return { path: `/proc/self/fd/${directoryFd}${path.slice(slash)}`, directoryFd };
}
