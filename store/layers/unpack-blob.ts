import { LimpidError } from '../../base/error.ts';
import { currentUid } from '../../kernel/process.ts';
import { freeSpace } from '../../kernel/disk-space.ts';
import { createFile } from '../../kernel/new-file.ts';
import { makeDirectories, makeDirectory, setMode, writeFile } from '../../kernel/files.ts';
import { stagingDirectory, type StorePlace } from '../place.ts';
import { ArchiveIntake } from './archive-intake.ts';
import { BlobIntake } from './blob-intake.ts';
import { Budget } from './budget.ts';
import { startJail, type Jail } from './jail.ts';
import { FACTS_FILE, hasLayer, layerStaging, type LayerFacts } from './layer.ts';
import { LayerSink } from './layer-sink.ts';
import { publishBlob, publishLayer } from './publish.ts';
import { pump } from './pump.ts';
import type { LayerRequest } from './receive-layer.ts';
import { RecordStream } from './record-stream.ts';
import { removeTree } from './remove-tree.ts';

export interface UnpackOptions {
  /** The blob is written too; else it is in the store already. */
  readonly keep: boolean;
  /** The layer is there, and not to be trusted. */
  readonly replace?: boolean;
}

/** For the holder of the layer's lock: what is missing of it, aside and synced, then by renames into its place. */
export async function unpackBlob(
  place: StorePlace,
  request: LayerRequest,
  { keep, replace = false }: UnpackOptions,
): Promise<void> {
  const { descriptor, diffId } = request;
  const staging = layerStaging(place, diffId);
  const isWanted = replace || !hasLayer(place, diffId);
  makeDirectories(stagingDirectory(place), 0o700);
  for (const path of [staging, `${staging}.old`]) await removeTree(place, path, 'left by a command that was killed');
  makeDirectory(staging, 0o700);
  try {
    const budget = budgetFor(place, request, keep);
    const file = keep ? createFile(`${staging}/blob`, 0o644) : undefined;
    try {
      const blob = new BlobIntake(descriptor, file?.fd);
      // From a blob that was compressed otherwise the layer may be there: this one is checked to be the same.
      if (isWanted) await unpackAside(place, request, blob, budget, staging);
      else await pump(request, blob, new ArchiveIntake(diffId, budget));
      // What lies on the same disk was synced with the layer; that costs nothing again.
      file?.sync();
    } finally {
      file?.close();
    }
    if (keep) publishBlob(place, `${staging}/blob`, descriptor.digest);
    if (isWanted) publishLayer(place, staging, diffId, `${staging}.old`);
  } finally {
    for (const path of [staging, `${staging}.old`]) await removeTree(place, path, 'only what is whole is kept');
  }
}

async function unpackAside(
  place: StorePlace,
  request: LayerRequest,
  blob: BlobIntake,
  budget: Budget,
  staging: string,
): Promise<void> {
  const directory = `${staging}/diff`;
  makeDirectory(directory, 0o755);
  setMode(directory, 0o755);
  const jail = startJail(await place.executor, directory);
  try {
    await fillJail(request, blob, budget, staging, jail);
    await jail.finish();
  } catch (error) {
    // Who writes into a jail that has ended learns nothing but that.
    if (error instanceof LimpidError && error.code === 'EPIPE') await jail.finish();
    await jail.kill();
    throw error;
  }
}

async function fillJail(
  request: LayerRequest,
  blob: BlobIntake,
  budget: Budget,
  staging: string,
  jail: Jail,
): Promise<void> {
  const { descriptor, diffId } = request;
  const { pipe } = jail;
  const records = new RecordStream((bytes, lasts) => pipe.write(bytes, lasts));
  const devices = currentUid() === 0 ? 'made' : 'refused';
  const sink = new LayerSink(records, { devices, declared: (...sizes) => budget.declare(...sizes) });
  const settle = () => (pipe.isBehind ? pipe.drained() : undefined);
  await pump(request, blob, new ArchiveIntake(diffId, budget, sink, settle));
  await sink.finish(settle);
  const facts: LayerFacts = {
    diffId,
    blob: descriptor.digest,
    sizeBytes: budget.unpackedBytes,
    entries: sink.entries,
  };
  writeFile(`${staging}/${FACTS_FILE}`, `${JSON.stringify(facts)}\n`, { mode: 0o644, sync: false });
  // One sync of the whole file system: for the layer, its facts and its blob alike.
  records.record('end', '');
  records.flush();
  await pipe.drained();
}

/** Throws `ELAYERSIZE` where there is no room for the blob alone. */
function budgetFor(place: StorePlace, { descriptor: { size } }: LayerRequest, keep: boolean): Budget {
  const free = freeSpace(place.root)?.bytes ?? Number.MAX_SAFE_INTEGER;
  return new Budget({ compressedBytes: size, freeBytes: free, keptBytes: keep ? size : 0 });
}
