import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { TarEntry } from '../../abi/tar/entry.ts';
import { encodeEntry, END_OF_ARCHIVE, padding } from '../../abi/tar/writer.ts';
import { MEDIA_TYPE, type Descriptor } from '../../spec/image.ts';
import { layerDirectory, type StorePlace } from '../../store/place.ts';
import { receiveLayer, type LayerRequest } from '../../store/layers/receive-layer.ts';
import { EXECUTOR } from './native-harness.ts';

/** An image store of the test's own. */
export class LayerWorld {
  readonly path: string;
  readonly place: StorePlace;

  constructor(below = '/tmp', runroot?: string) {
    this.path = mkdtempSync(`${below}/limpid-layers-`);
    this.place = {
      root: this.file('root'),
      runroot: runroot ?? this.file('run'),
      executor: Bun.file(EXECUTOR).bytes(),
    };
    mkdirSync(this.file('root'));
  }

  readonly file = (name: string): string => `${this.path}/${name}`;

  async receive(blob: Uint8Array, plain: Uint8Array = blob, more: Partial<LayerRequest> = {}): Promise<LayerRequest> {
    const request = { ...layerRequest(blob, plain), ...more };
    await receiveLayer(this.place, request);
    return request;
  }

  diff(diffId: string): string {
    return `${layerDirectory(this.place, diffId)}/diff`;
  }

  /** What a failed pull must not change: everything below the root, by name. */
  contents(): string[] {
    return (readdirSync(this.place.root, { recursive: true }) as string[]).sort();
  }

  drop(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function layerRequest(blob: Uint8Array, plain: Uint8Array = blob): LayerRequest {
  const descriptor: Descriptor = { mediaType: MEDIA_TYPE.ociLayer, digest: sha256(blob), size: blob.length };
  return { descriptor, diffId: sha256(plain), name: 'test', open: () => Promise.resolve(streamOf(blob)) };
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${new Bun.CryptoHasher('sha256').update(bytes).digest('hex')}`;
}

export interface Receiver {
  readonly process: Bun.Subprocess;
  /** Lets it take the rest; its exit code. */
  goOn(): Promise<number>;
}

/** Another process that receives a layer (tests/faults/layer-receiver.ts), once it has paused behind so many bytes. */
export async function startReceiver({ place, file }: LayerWorld, blob: Uint8Array, pause: number): Promise<Receiver> {
  await Bun.write(file('blob'), blob);
  const digest = sha256(blob);
  const words = [place.root, place.runroot, EXECUTOR, file('blob'), digest, digest, String(pause)];
  const script = new URL('../faults/layer-receiver.ts', import.meta.url).pathname;
  const child = Bun.spawn([process.execPath, script, ...words], { stdin: 'pipe', stdout: 'pipe', stderr: 'ignore' });
  const lines = child.stdout.getReader();
  let said = '';
  while (!said.includes('paused')) {
    const { done, value } = await lines.read();
    if (done) throw new Error(`the receiver ended: ${said}`);
    said += new TextDecoder().decode(value);
  }
  return {
    process: child,
    goOn: async () => {
      await child.stdin.end();
      return child.exited;
    },
  };
}

/** In pieces, as a network brings them. */
export function streamOf(bytes: Uint8Array, pieceBytes = 65536): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, (at += pieceBytes)));
    },
  });
}

export interface Member extends Partial<TarEntry> {
  readonly path: string;
  readonly text?: string;
}

/** An archive of these members, in order, whatever they say. */
export function archive(members: readonly Member[], end: Uint8Array = END_OF_ARCHIVE): Buffer {
  return Buffer.concat([...members.map(member), end]);
}

function member({ text = '', ...entry }: Member): Buffer {
  const data = Buffer.from(text);
  const whole = { ...PLAIN, size: data.length, dataSize: data.length, ...entry };
  return Buffer.concat([encodeEntry(whole), data, padding(data.length)]);
}

const PLAIN: TarEntry = {
  kind: 'file',
  path: '',
  target: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  dataSize: 0,
  mtime: { seconds: 1_700_000_000, nanoseconds: 0 },
  major: 0,
  minor: 0,
  xattrs: new Map(),
};
