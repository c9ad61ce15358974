import type { TarEntry, TarSink } from '../../abi/tar/entry.ts';
import { outsideId } from '../../plan/user-namespace.ts';
import type { IdMapping } from '../../spec/runtime.ts';
import type { IdMaps } from '../spec/inputs.ts';

export interface EntryRules {
  /** Whose all files become; without, those of the archive, as `maps` has them. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly maps?: IdMaps;
  /** To the host: devices of a container are none of it, and nothing runs there as its owner because a container says so. */
  readonly isHost: boolean;
}

/** The set-user-ID and set-group-ID bits. */
const SET_ID = 0o6000;

/** Hands on what is copied, with other owners. The directory that all goes into stays as it is. */
export class CopiedEntries implements TarSink {
  readonly #sink: TarSink;
  readonly #rules: EntryRules;
  #isLeftOut = false;

  constructor(sink: TarSink, rules: EntryRules) {
    this.#sink = sink;
    this.#rules = rules;
  }

  entry(entry: TarEntry): void {
    const { isHost, owner, maps } = this.#rules;
    const isDevice = entry.kind === 'char' || entry.kind === 'block';
    this.#isLeftOut = (isDevice && isHost) || /^(?:\.?\/)*\.?$/.test(entry.path);
    if (this.#isLeftOut) return;
    const mapped = maps && { uid: mappedId(entry.uid, maps.uidMappings), gid: mappedId(entry.gid, maps.gidMappings) };
    this.#sink.entry({ ...entry, ...(owner ?? mapped), ...(isHost ? withoutRights(entry) : {}) });
  }

  data(offset: number, bytes: Uint8Array): void {
    if (!this.#isLeftOut) this.#sink.data(offset, bytes);
  }

  end(): void {
    if (!this.#isLeftOut) this.#sink.end();
  }
}

/** Neither set-user-ID bits nor capabilities, nor what else the kernel's security modules go by. */
function withoutRights({ kind, mode, xattrs }: TarEntry): Pick<TarEntry, 'mode' | 'xattrs'> {
  const harmless = [...xattrs].filter(([name]) => !/^(?:security|trusted)\./.test(name));
  return { mode: kind === 'directory' ? mode : mode & ~SET_ID, xattrs: new Map(harmless) };
}

/** Who has no id in the container has nothing there: what was theirs is its root's. */
function mappedId(id: number, ranges: readonly IdMapping[]): number {
  const isMapped = ranges.some(({ containerID, size }) => id >= containerID && id < containerID + size);
  return outsideId(isMapped ? id : 0, ranges);
}
