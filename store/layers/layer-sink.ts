import type { ByteText, TarEntry, TarSink, TarTime } from '../../abi/tar/entry.ts';
import { showName, tarError } from '../../abi/tar/tar-error.ts';
import { OPAQUE_XATTR } from '../../plan/unpack.ts';
import type { RecordFields } from '../../plan/unpack-records.ts';
import { checkName, entryName } from './entry-name.ts';
import { readMarker } from './marker.ts';
import type { Settle } from './archive-intake.ts';
import type { RecordStream } from './record-stream.ts';

const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;
const S_IFIFO = 0o010000;
const ID_MAX = 0xffff_fffe;
const XATTR_NAME_MAX = 255;
const XATTR_VALUE_MAX = 65536;
const DIRECTORIES_AT_ONCE = 4096;
const DEFAULT_ACL = 'system.posix_acl_default';

export interface LayerRules {
  /** Whether device nodes may be made; what to say where not. */
  readonly devices: 'made' | 'refused';
  /** It is no layer: `.wh.` files are files as any other. */
  readonly withoutMarkers?: boolean;
  /** Told what a file's header says, before anything of it is made: its size, and how much of that is not holes. */
  readonly declared: (path: ByteText, sizeBytes: number, dataBytes: number) => void;
}

/**
 * Turns a layer's archive into records (image-spec, layer.md): whiteouts become 0:0 devices and opaque attributes,
 * a directory's times are set when all is in it. Names that lead upwards are refused; the jail holds the rest.
 */
export class LayerSink implements TarSink {
  readonly #records: RecordStream;
  readonly #rules: LayerRules;
  readonly #directories: LaterDirectory[] = [];
  #current: TarEntry | undefined;
  #entries = 0;

  constructor(records: RecordStream, rules: LayerRules) {
    this.#records = records;
    this.#rules = rules;
  }

  get entries(): number {
    return this.#entries;
  }

  entry(entry: TarEntry): void {
    this.#entries++;
    this.#current = undefined;
    const path = entryName(entry.path);
    const marker = this.#rules.withoutMarkers ? undefined : readMarker(path);
    if (marker !== undefined) {
      if (marker.kind !== 'ignored') this.#records.record(marker.kind, marker.path);
      return;
    }
    if (path === '' && entry.kind !== 'directory')
      throw tarError(`the entry ${showName(entry.path)} would replace the layer's root`);
    this.#make(entry, path);
  }

  data(offset: number, bytes: Uint8Array): void {
    if (this.#current !== undefined) this.#records.data(offset, bytes);
  }

  end(): void {
    const entry = this.#current;
    if (entry === undefined) return;
    this.#current = undefined;
    for (const [name, value] of entry.xattrs)
      if (isKeptAttribute(name) && !(name === DEFAULT_ACL && entry.kind === 'directory'))
        this.#records.record('xattr', name, undefined, value);
    this.#records.record('finish', '');
  }

  /**
   * Behind the last entry; waits for `settle` now and then, as there may be many directories. The caller sends `end` when
   * all else that is to be synced is written.
   */
  async finish(settle: Settle): Promise<void> {
    for (const [index, { path, mtime, atime, acl }] of this.#directories.entries()) {
      this.#records.record('again', path, { mtime, ...(atime === undefined ? {} : { atime }) });
      if (acl !== undefined) this.#records.record('xattr', DEFAULT_ACL, undefined, acl);
      this.#records.record('finish', '');
      if (index % DIRECTORIES_AT_ONCE === 0) await settle();
    }
  }

  #make(entry: TarEntry, path: ByteText): void {
    const { kind, mtime, atime } = entry;
    const fields = fieldsOf(entry);
    if (kind === 'link') {
      this.#records.record('link', path, undefined, entryName(entry.target, 'link target'));
      return;
    }
    this.#current = entry;
    for (const [name, value] of entry.xattrs) checkAttribute(entry, name, value);
    switch (kind) {
      case 'directory': {
        const acl = entry.xattrs.get(DEFAULT_ACL);
        this.#directories.push({ path, mtime, atime, acl });
        return this.#records.record('directory', path, fields);
      }
      case 'file':
        this.#rules.declared(path, entry.size, entry.dataSize);
        return this.#records.record('file', path, { ...fields, number: entry.size });
      case 'symlink':
        checkName(entry.target, 'link target');
        if (entry.target === '') throw tarError(`the symbolic link ${showName(entry.path)} has no target`);
        return this.#records.record('symlink', path, fields, entry.target);
      default:
        return this.#node(entry, path, fields);
    }
  }

  #node(entry: TarEntry, path: ByteText, fields: RecordFields): void {
    const { kind, major, minor, mode } = entry;
    if (kind !== 'fifo' && this.#rules.devices === 'refused')
      throw tarError(`it has a device node, ${showName(entry.path)}, and only root may make one`);
    if (!(major >= 0 && major < 4096 && minor >= 0 && minor < 1 << 20))
      throw tarError(`the device ${showName(entry.path)} has numbers that Linux does not have`);
    const type = kind === 'char' ? S_IFCHR : kind === 'block' ? S_IFBLK : S_IFIFO;
    this.#records.record('node', path, { ...fields, mode: type | mode, major, minor });
  }
}

interface LaterDirectory {
  readonly path: ByteText;
  readonly mtime: TarTime;
  readonly atime: TarTime | undefined;
  readonly acl: Uint8Array | undefined;
}

function fieldsOf({ path, mode, uid, gid, mtime, atime }: TarEntry): RecordFields {
  for (const id of [uid, gid])
    if (!(id >= 0 && id <= ID_MAX)) throw tarError(`the entry ${showName(path)} belongs to id ${id}, which is none`);
  return { mode, uid, gid, mtime, ...(atime === undefined ? {} : { atime }) };
}

function checkAttribute({ path }: TarEntry, name: ByteText, value: Uint8Array): void {
  if (name === '' || name.length > XATTR_NAME_MAX || value.length > XATTR_VALUE_MAX)
    throw tarError(`the entry ${showName(path)} has an extended attribute that is too long`);
}

/** overlayfs's own attributes would steer how layers lie on each other: no image says that. */
export function isKeptAttribute(name: ByteText): boolean {
  return !name.startsWith(OPAQUE_XATTR.slice(0, -'opaque'.length)) && !name.startsWith('user.overlay.');
}
