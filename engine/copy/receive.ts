import { TarReader } from '../../abi/tar/reader.ts';
import { LimpidError } from '../../base/error.ts';
import { currentGid, currentUid } from '../../kernel/process.ts';
import type { TreeNode } from '../../kernel/tree.ts';
import { outsideId } from '../../plan/user-namespace.ts';
import { compressionOf, decompressor, MAGIC_BYTES, type TakeBytes } from '../../store/layers/decompress.ts';
import { startJail, type Jail } from '../../store/layers/jail.ts';
import { LayerSink } from '../../store/layers/layer-sink.ts';
import { RecordStream } from '../../store/layers/record-stream.ts';
import type { ContainerRecord } from '../records/read.ts';
import { imageDefaults, resolveRootfs } from '../rootfs/resolve.ts';
import { readUserFiles } from '../rootfs/user-files.ts';
import type { IdMaps } from '../spec/inputs.ts';
import { planUser } from '../spec/process.ts';
import type { World } from '../world.ts';
import { CopiedEntries, type EntryRules } from './copied-entries.ts';

export interface CopyOptions {
  /** What comes into a container keeps its owners, by their numbers; else it belongs to the container's user. */
  readonly keepOwners?: boolean;
  /** Files may take the place of directories, and directories of files. */
  readonly overwrite?: boolean;
}

/** A tree of files, a container's or the host's. */
export interface Files {
  readonly root: TreeNode;
  readonly record?: ContainerRecord;
  readonly maps?: IdMaps;
}

interface Receiving {
  readonly into: TreeNode;
  /** For messages. */
  readonly what: string;
  readonly files: Files;
  readonly options: CopyOptions;
}

/** Hands on an archive's bytes as they come; what `take` answers is waited for. */
type Feed = (take: TakeBytes) => Promise<void>;

/** Bytes as they are. */
export function pieces(archive: ReadableStream<Uint8Array>): Feed {
  return async (take) => {
    for await (const bytes of archive) await take(bytes);
  };
}

/** Bytes of an archive that somebody may have compressed. */
export function decompressed(archive: ReadableStream<Uint8Array>): Feed {
  return async (take) => {
    let head: Uint8Array = new Uint8Array(0);
    let into: Awaited<ReturnType<typeof decompressor>> | undefined;
    for await (const bytes of archive) {
      if (into !== undefined) await into.write(bytes);
      else head = Buffer.concat([head, bytes]);
      if (into !== undefined || head.length < MAGIC_BYTES) continue;
      into = await decompressor(compressionOf(head), take);
      await into.write(head);
    }
    await into?.end();
  };
}

/** Makes the files of an archive in a directory that is held open: whatever their names are, nothing else is touched. */
export async function receive(world: World, feed: Feed, { into, what, files, options }: Receiving): Promise<void> {
  const rules = await entryRules(world, files, options);
  const jail = startJail(await world.executor, { fd: into.fd, what, keepKinds: options.overwrite !== true });
  try {
    await fill(jail, feed, rules);
    await jail.finish();
  } catch (error) {
    // Who writes into a jail that has ended learns nothing but that.
    if (error instanceof LimpidError && error.code === 'EPIPE') await jail.finish();
    await jail.kill();
    throw error;
  }
}

async function fill({ pipe }: Jail, feed: Feed, rules: EntryRules): Promise<void> {
  const records = new RecordStream((bytes, lasts) => pipe.write(bytes, lasts));
  const sink = new LayerSink(records, { devices: 'made', withoutMarkers: true, declared: () => undefined });
  const reader = new TarReader(new CopiedEntries(sink, rules));
  const settle = () => (pipe.isBehind ? pipe.drained() : undefined);
  await feed((bytes) => {
    reader.push(bytes);
    return settle();
  });
  reader.end();
  await sink.finish(settle);
  records.record('last', '');
  records.flush();
  await pipe.drained();
}

/** On the host all belongs to who copies. */
async function entryRules(world: World, { record, maps }: Files, { keepOwners }: CopyOptions): Promise<EntryRules> {
  if (record === undefined) return { owner: { uid: currentUid(), gid: currentGid() }, isHost: true };
  if (keepOwners) return { ...(maps === undefined ? {} : { maps }), isHost: false };
  const { config, paths } = record;
  const lower = await resolveRootfs(world, config.rootfs);
  const image = await imageDefaults(world, config.rootfs);
  const { uid, gid } = planUser(config, { image, ...readUserFiles(paths, lower), ...(maps && { joinedMaps: maps }) });
  const owner =
    maps === undefined
      ? { uid, gid }
      : { uid: outsideId(uid, maps.uidMappings), gid: outsideId(gid, maps.gidMappings) };
  return { owner, isHost: false };
}
