/** Frames between `limpid` and the executor: docs/protocol.md. */
export const FRAME = {
  stdout: 1,
  stderr: 2,
  started: 3,
  failed: 4,
  exit: 5,
  done: 6,
  trace: 7,
  taken: 8,
  stdin: 16,
  stdinEnd: 17,
  resize: 18,
  signal: 19,
  subscribe: 20,
} as const;

/** Largest payload of one frame. */
export const FRAME_BYTES = 65536;
export const SUBSCRIBE_STDOUT = 1;
export const SUBSCRIBE_STDERR = 2;
export const SUBSCRIBE_STDIN = 4;

export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** One frame as bytes; a payload above FRAME_BYTES throws RangeError. */
export function encodeFrame(type: number, payload: string | Uint8Array): Uint8Array {
  const body = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  if (body.length > FRAME_BYTES) throw new RangeError(`a frame of ${body.length} bytes, at most ${FRAME_BYTES} fit`);
  const bytes = new Uint8Array(4 + body.length);
  bytes[0] = type;
  bytes[1] = body.length & 0xff;
  bytes[2] = (body.length >> 8) & 0xff;
  bytes[3] = (body.length >> 16) & 0xff;
  bytes.set(body, 4);
  return bytes;
}

/** Cuts a stream into frames, whatever the pieces it comes in. Payloads are copies. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** The frames that are whole after these bytes. Throws RangeError on a length above FRAME_BYTES. */
  push(bytes: Uint8Array): Frame[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    let at = 0;
    while (all.length - at >= 4) {
      const length = all[at + 1]! | (all[at + 2]! << 8) | (all[at + 3]! << 16);
      if (length > FRAME_BYTES)
        throw new RangeError(`a frame claims ${length} bytes, at most ${FRAME_BYTES} are allowed`);
      if (all.length - at - 4 < length) break;
      frames.push({ type: all[at]!, payload: all.slice(at + 4, at + 4 + length) });
      at += 4 + length;
    }
    this.#rest = all.slice(at);
    return frames;
  }
}

/** The exit of a container's process, from an `exit` frame or an exit record's first words. */
export interface ExitStatus {
  /** As a shell sees it: 128+n for signal n. */
  readonly code: number;
  /** 0 for an ordinary exit. */
  readonly signal: number;
  readonly oomKilled: boolean;
}

export function parseExit(text: string): ExitStatus {
  const [code, signal, oom] = text.split(' ');
  return { code: Number(code), signal: Number(signal), oomKilled: oom === '1' };
}
