/**
 * A process that receives a layer: `bun layer-receiver.ts ROOT RUNROOT EXECUTOR BLOB DIFFID DIGEST PAUSE`. Says "open" when it
 * is asked for the bytes, and "paused" behind the first PAUSE of them, where it waits for the end of its standard input.
 */
import { readFileSync } from 'node:fs';
import { receiveLayer } from '../../store/layers/receive-layer.ts';

const [root, runroot, executor, blob, diffId, digest, pause] = process.argv.slice(2) as [string, ...string[]];
const bytes = new Uint8Array(readFileSync(blob!));
const PIECE_BYTES = 4096;

function open(): Promise<ReadableStream<Uint8Array>> {
  console.log('open');
  let at = 0;
  let paused = false;
  return Promise.resolve(
    new ReadableStream({
      async pull(controller) {
        if (!paused && at >= Number(pause)) {
          paused = true;
          console.log('paused');
          await Bun.stdin.text();
        }
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, (at += PIECE_BYTES)));
      },
    }),
  );
}

const place = { root: root!, runroot: runroot!, executor: Bun.file(executor!).bytes() };
const descriptor = { mediaType: '', digest: digest!, size: bytes.length };
await receiveLayer(place, { descriptor, diffId: diffId!, name: 'test', open });
console.log('received');
