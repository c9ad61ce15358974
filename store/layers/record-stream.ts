import { encodeRecord, RECORD_BYTES, type RecordFields, type UnpackKind } from '../../plan/unpack-records.ts';
import type { ByteText } from '../../abi/tar/entry.ts';

const ROOM = 1 << 18;
/** Larger data go out as they are, and are not copied here first. */
const COPIED_BYTES = 1 << 15;

/** Where records go. What does not `last` will hold other bytes soon. */
export type WriteBytes = (bytes: Uint8Array, lasts: boolean) => void;

/** Records for the executor's `unpack`, small ones gathered. */
export class RecordStream {
  readonly #buffer = Buffer.allocUnsafeSlow(ROOM);
  readonly #view = new DataView(this.#buffer.buffer);
  readonly #write: WriteBytes;
  #filled = 0;

  constructor(write: WriteBytes) {
    this.#write = write;
  }

  record(kind: UnpackKind, path: ByteText, fields?: RecordFields, text: ByteText | Uint8Array = ''): void {
    const size = RECORD_BYTES + path.length + text.length;
    if (size > ROOM - this.#filled) this.flush();
    encodeRecord(this.#view, this.#filled, kind, path.length, text.length, fields);
    const at = this.#filled + RECORD_BYTES;
    this.#buffer.write(path, at, 'latin1');
    if (typeof text === 'string') this.#buffer.write(text, at + path.length, 'latin1');
    else this.#buffer.set(text, at + path.length);
    this.#filled += size;
  }

  data(offset: number, bytes: Uint8Array): void {
    if (bytes.length <= COPIED_BYTES) return this.record('data', '', { number: offset }, bytes);
    if (RECORD_BYTES > ROOM - this.#filled) this.flush();
    encodeRecord(this.#view, this.#filled, 'data', 0, bytes.length, { number: offset });
    this.#filled += RECORD_BYTES;
    this.flush();
    this.#write(bytes, true);
  }

  flush(): void {
    if (this.#filled > 0) this.#write(this.#buffer.subarray(0, this.#filled), false);
    this.#filled = 0;
  }
}
