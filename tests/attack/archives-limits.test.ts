/** Archives that lie about themselves, or want too much: one clear line, and a store as before. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { encodeEntry } from '../../abi/tar/writer.ts';
import { LayerSink } from '../../store/layers/layer-sink.ts';
import { RecordStream } from '../../store/layers/record-stream.ts';
import { verifyLayer } from '../../store/layers/verify-layer.ts';
import { until } from '../cli/until.ts';
import { kill } from '../kill.ts';
import { archive, LayerWorld, layerRequest, sha256, streamOf, type Member } from '../kernel/layer-world.ts';

let world: LayerWorld;
// In memory: each layer is synced, and a disk would make this wait for what others write.
beforeEach(() => (world = new LayerWorld('/dev/shm')));
afterEach(() => world.drop());

/** The message of the failure, without the layer's digest; the store must be as it was. */
async function fault(blob: Uint8Array, more: Parameters<LayerWorld['receive']>[2] = {}, plain = blob): Promise<string> {
  const message = await world.receive(blob, plain, more).then(
    () => 'unpacked',
    (error: Error) => error.message,
  );
  expect(world.contents()).toEqual(['staging']);
  return message.replace(/^cannot unpack layer sha256:[0-9a-f]{64} of test: /, '');
}

/** Processes vanish while they are looked at. */
function orElse<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

const read = (path: string): string => orElse(() => readFileSync(path, 'utf8'), '');
const childrenOf = (pid: number): number[] =>
  orElse(() => readdirSync(`/proc/${pid}/task`), []).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
const file = (path: string, text = 'x'): Member => ({ path, text });
const NO_TIME = { seconds: 0, nanoseconds: 0 };

describe('bombs', () => {
  test('10 GB of zeros in a few kilobytes', async () => {
    const piece = zstdCompressSync(new Uint8Array(64 << 20));
    const header = encodeEntry({ ...archiveEntry('bomb'), size: 10e9, dataSize: 10e9 });
    const bomb = Buffer.concat([zstdCompressSync(header), ...Array.from({ length: 160 }, () => piece)]);
    const request = { ...layerRequest(bomb), diffId: `sha256:${'0'.repeat(64)}` };
    expect(await fault(bomb, request)).toBe(
      `its files have 10000000000 bytes, more than 1100 times its ${bomb.length}`,
    );
  });

  test('42 KB that say they are a file of 10 GB with holes', async () => {
    const map = 'GNU.sparse.major=1\nGNU.sparse.minor=0\nGNU.sparse.name=bomb\nGNU.sparse.realsize=10000000000\n';
    const records = map
      .split('\n')
      .filter(Boolean)
      .map((line) => paxLine(line));
    const body = Buffer.from(records.join(''));
    const pax = rawHeader({ path: 'pax', size: body.length, type: 'x' });
    const sparse = Buffer.from('0\n'.padEnd(512, '\0'));
    const bomb = Buffer.concat([pax, padded(body), rawHeader({ path: 'bomb', size: 512, type: '0' }), sparse]);
    const blob = Buffer.concat([bomb, Buffer.alloc(42_000 - bomb.length)]);
    expect(await fault(blob)).toBe('its files have 10000000000 bytes, more than 1100 times its 42000');
  });

  test('more than 1 GiB out of next to nothing, whatever it says of itself', async () => {
    const piece = zstdCompressSync(new Uint8Array(64 << 20));
    // One file of 1 MiB and zeros behind the end: only the decompressor sees how much there is.
    const bomb = Buffer.concat(Array.from({ length: 20 }, () => piece));
    const request = { ...layerRequest(bomb), diffId: `sha256:${'0'.repeat(64)}` };
    expect(await fault(bomb, request)).toMatch(
      /^it unpacks to more than 107\d{7} bytes, more than 1100 times its \d{5}$/,
    );
  });

  test('a file larger than the disk is refused before any of it comes', async () => {
    const header = encodeEntry({ ...archiveEntry('large'), size: 2 ** 50, dataSize: 2 ** 50 });
    const descriptor = { mediaType: '', digest: sha256(header), size: 2 ** 30 };
    expect(await fault(header, { descriptor })).toMatch(
      /^with "large" its files have 1125899906842624 bytes, and \d+ are free$/,
    );
  });
});

describe('what came is not what was asked for', () => {
  const layer = archive([file('a')]);
  const gzip = gzipSync(layer);

  test('another digest', async () => {
    const other = gzipSync(archive([file('b')]));
    const descriptor = { ...layerRequest(gzip, layer).descriptor, size: other.length };
    const open = () => Promise.resolve(streamOf(other));
    expect(await fault(gzip, { descriptor, open }, layer)).toBe(`its bytes have the digest ${sha256(other)}`);
  });

  test('damaged on the way: the digest is what is told, not that it does not decompress', async () => {
    const bytes = Buffer.from(gzip);
    bytes[20]! ^= 0xff;
    const open = () => Promise.resolve(streamOf(bytes));
    expect(await fault(gzip, { open }, layer)).toBe(`its bytes have the digest ${sha256(bytes)}`);
  });

  test('it ends early, and goes on too long', async () => {
    const early = () => Promise.resolve(streamOf(gzip.subarray(0, 50)));
    expect(await fault(gzip, { open: early }, layer)).toBe(`it ended after 50 of ${gzip.length} bytes`);
    const long = () => Promise.resolve(streamOf(Buffer.concat([gzip, gzip])));
    expect(await fault(gzip, { open: long }, layer)).toBe(
      `it goes on behind the ${gzip.length} bytes that it should have`,
    );
  });

  test('the config names another archive', async () => {
    const diffId = `sha256:${'1'.repeat(64)}`;
    expect(await fault(gzip, { diffId }, layer)).toBe(
      `uncompressed it is ${sha256(layer)}, and the image's config says ${diffId}`,
    );
  });

  test('compressed by what no layer may be', async () => {
    expect(await fault(Buffer.from('fd377a585a000004', 'hex'))).toBe(
      'it is compressed by xz; layers are gzip, zstd or plain',
    );
    expect(await fault(Buffer.from('BZh91AY&SY'))).toBe('it is compressed by bzip2; layers are gzip, zstd or plain');
  });

  test('right by its digest, and no compressed bytes all the same', async () => {
    expect(await fault(gzip.subarray(0, gzip.length - 12))).toStartWith('its compressed bytes are damaged (');
    const broken = Buffer.concat([zstdCompressSync(layer).subarray(0, 8), Buffer.alloc(64, 0x5a)]);
    expect(await fault(broken)).toStartWith('its compressed bytes are damaged (');
  });

  test('the network fails half-way', async () => {
    let pulls = 0;
    const open = () =>
      Promise.resolve(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            if (pulls++ > 0) return controller.error(new Error('the line is dead'));
            controller.enqueue(gzip.slice(0, 40));
          },
        }),
      );
    expect(await fault(gzip, { open }, layer)).toBe('the line is dead');
  });

  test('an abort ends it, also while nothing comes', async () => {
    const abort = new AbortController();
    let asked: () => void;
    const waiting = new Promise<void>((resolve) => (asked = resolve));
    const open = () =>
      Promise.resolve(new ReadableStream<Uint8Array>({ pull: () => (asked(), new Promise(() => {})) }));
    const failed = fault(gzip, { open, signal: abort.signal }, layer);
    await waiting;
    abort.abort(new Error('enough'));
    expect(await failed).toBe('enough');
  });
});

test('the process that carries out the plan is killed: told, and nobody waits for ever', async () => {
  const bytes = archive([file('a', 'x'.repeat(700))], Buffer.alloc(0));
  let rest: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (rest = controller) });
  const failed = fault(bytes, { open: () => Promise.resolve(stream) }, bytes);
  // Its own child is there, and waits for records.
  const isJail = (pid: number) => read(`/proc/${pid}/status`).includes('Seccomp:\t2');
  const executor = await until('the jail', () => childrenOf(process.pid).find((pid) => childrenOf(pid).some(isJail)));
  kill(executor);
  await until('its end', () => read(`/proc/${executor}/status`) === '');
  rest!.enqueue(bytes);
  rest!.close();
  expect(await failed).toContain('the unpacking process died');
});

describe('archives that are none', () => {
  const good = archive([file('a', 'x'.repeat(700)), file('b')], Buffer.alloc(0));

  test('cut off anywhere inside of an entry', async () => {
    for (const size of [1, 511, 513, 1000, 1300, 1535, good.length - 1])
      expect(await fault(good.subarray(0, size))).toBe('it ends in the middle of an entry');
  });

  test.each<[string, Buffer, string]>([
    ['a wrong checksum', Buffer.from(good).fill('Z', 0, 1), 'a header has a wrong checksum'],
    ['text', Buffer.alloc(2048, 'not an archive '), 'a header has a wrong checksum'],
    ['a type of its own', rawHeader({ type: 'Q' }), 'an entry is of type "Q", which is none for a layer'],
    ['another volume', rawHeader({ type: 'M' }), 'an entry is of type "M", which is none for a layer'],
    ['a negative size', rawHeader({ sizeField: Buffer.alloc(12, 0xff) }), 'an entry has a negative size'],
    [
      'a size beyond all numbers',
      rawHeader({ sizeField: Buffer.from('8000ffffffffffffffffffff', 'hex') }),
      'the size in a header is out of bounds',
    ],
    [
      'a size that is no number',
      rawHeader({ sizeField: Buffer.from('12x45678901\0') }),
      'the size in a header is no number',
    ],
    [
      'an extended header of 4 GB',
      rawHeader({ type: 'x', size: 4e9 }),
      'an extended header has 4000000000 bytes, at most 1048576 are taken',
    ],
    [
      'a long name of 4 GB',
      rawHeader({ type: 'L', size: 4e9 }),
      'an extended header has 4000000000 bytes, at most 1048576 are taken',
    ],
    ['a length beyond the header', pax('99 path=a\n'), 'an extended header is damaged'],
    ['a length of none', pax('0 path=a\n'), 'an extended header is damaged'],
    ['no length', pax('path=a\n'), 'an extended header is damaged'],
    ['no end of line', pax('8 path=ab'), 'an extended header is damaged'],
    ['a record without a name', pax('5 =a\n'), 'an extended header has a record without a name'],
    ['a NUL in a name', pax(paxLine('path=a\0b')), 'an extended header has a name with a NUL in it'],
    ['a negative pax size', pax(paxLine('size=-1')), 'the size in an extended header is no number'],
    ['a time that is none', pax(paxLine('mtime=soon')), 'an extended header has a time that is none'],
    [
      'an owner beyond 32 bits',
      pax(paxLine('uid=4294967295')),
      'the entry "a" belongs to id 4294967295, which is none',
    ],
    [
      'a sparse map out of order',
      pax(paxLine('GNU.sparse.map=10,5,3,2') + paxLine('GNU.sparse.size=20')),
      'the map of a sparse file is out of order',
    ],
    [
      'a sparse map beyond the end',
      pax(paxLine('GNU.sparse.map=10,15') + paxLine('GNU.sparse.size=20')),
      'the map of a sparse file goes beyond its end',
    ],
    [
      'a sparse map of other data',
      pax(paxLine('GNU.sparse.map=10,15') + paxLine('GNU.sparse.size=30')),
      'a sparse file has 0 bytes of data, and its map says 15',
    ],
    [
      'a sparse map with an odd end',
      pax(paxLine('GNU.sparse.map=10') + paxLine('GNU.sparse.size=30')),
      'the map of a sparse file is damaged',
    ],
    [
      'a sparse map of 265000 pairs',
      pax(paxLine(`GNU.sparse.map=${'1,0,'.repeat(265_000)}1,0`) + paxLine('GNU.sparse.size=30')),
      'an extended header has 1060049 bytes',
    ],
    [
      'a device that Linux does not have',
      rawHeader({ type: '3', major: 5000 }),
      'the device "a" has numbers that Linux does not have',
    ],
  ])('%s', async (_, bytes, message) => {
    expect(await fault(bytes)).toStartWith(message);
  });
});

describe('names', () => {
  test('of 4096 bytes, or with a part of 256, are refused', async () => {
    const long = `${'a'.repeat(200)}/`.repeat(20) + 'b'.repeat(76);
    expect(long).toHaveLength(4096);
    expect(await fault(archive([file(long)]))).toBe(`a name of 4096 bytes, "${long.slice(0, 100)}…", is too long`);
    expect(await fault(archive([file('c'.repeat(256))]))).toBe(
      `a name with a part of more than 255 bytes, "${'c'.repeat(100)}…", is too long`,
    );
    expect(await fault(archive([{ kind: 'symlink', path: 'a', target: 'd'.repeat(4096) }]))).toBe(
      `a link target of 4096 bytes, "${'d'.repeat(100)}…", is too long`,
    );
  });

  test('of 4095 bytes are kept', async () => {
    const long = `${'a'.repeat(200)}/`.repeat(20) + 'b'.repeat(75);
    const { descriptor, diffId } = await world.receive(archive([file(long)]));
    expect(await verifyLayer(world.place, { descriptor, diffId })).toEqual([]);
  });

  test('that are not UTF-8 are kept as they are', async () => {
    const { diffId } = await world.receive(archive([file('\xff\xfe/\x80'), file('caf\xe9'), file('caf\xc3\xa9')]));
    const names = readdirSync(world.diff(diffId), 'buffer').map((name) => name.toString('hex'));
    expect(names.sort()).toEqual(['636166c3a9', '636166e9', 'fffe']);
  });

  test('with control characters do not reach a terminal raw', async () => {
    expect(await fault(archive([file('a/../\x1b[2Jb\n')]))).toBe('the name "a/../\\x1b[2Jb\\n" leads upwards');
  });
});

describe('devices where they may not be made', () => {
  const sink = () =>
    new LayerSink(new RecordStream(() => undefined), { devices: 'refused', declared: () => undefined });
  const entry = { ...archiveEntry('dev/x'), major: 1, minor: 3 };

  test('are refused by name, FIFOs are none', () => {
    expect(() => sink().entry({ ...entry, kind: 'char' })).toThrow(
      'it has a device node, "dev/x", and only root may make one',
    );
    expect(() => sink().entry({ ...entry, kind: 'block' })).toThrow('only root may make one');
    expect(() => sink().entry({ ...entry, kind: 'fifo' })).not.toThrow();
  });
});

test('what would steer overlayfs is left out', async () => {
  // user.* attributes in memory came with Linux 6.6.
  world.drop();
  world = new LayerWorld();
  const y = Buffer.from('y');
  const names = ['trusted.overlay.opaque', 'trusted.overlay.redirect', 'user.overlay.opaque', 'user.kept'];
  const xattrs = new Map(names.map((name) => [name, y]));
  const { diffId } = await world.receive(archive([{ kind: 'directory', path: 'd', xattrs }]));
  const { stdout } = Bun.spawnSync(['getfattr', '-m', '-', '--absolute-names', `${world.diff(diffId)}/d`]);
  expect(stdout.toString().trim().split('\n').slice(1)).toEqual(['user.kept']);
});

test('a million entries', async () => {
  const { digest, size } = digestOf(millionEntries());
  const pieces = millionEntries();
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const { done, value } = pieces.next();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  const open = () => Promise.resolve(new ReadableStream<Uint8Array>({ pull }));
  const descriptor = { mediaType: '', digest, size };
  await world.receive(new Uint8Array(0), undefined, { descriptor, diffId: digest, open });
  expect(readdirSync(world.diff(digest)).length).toBe(20 + 100);
  expect(readdirSync(`${world.diff(digest)}/d42`).length).toBe(10_000);
  world.drop();
}, 120_000);

/** Names of a few files, since a file of each would be more work for the disk than for us. */
function* millionEntries(): Generator<Uint8Array> {
  for (let file = 0; file < 20; file++) {
    const target = `file-${file}`;
    const blocks = Buffer.alloc(512 * 50_001);
    blocks.set(encodeEntry(archiveEntry(target)));
    const link = encodeEntry({ ...archiveEntry('d00/0000000'), kind: 'link', target });
    const rest = sumOf(link, 0, 512) - sumOf(link, 0, 11) - sumOf(link, 148, 156) + 8 * 0x20;
    for (let index = 0; index < 50_000; index++) {
      const at = (index + 1) * 512;
      blocks.set(link, at);
      blocks.write(`d${String(index % 100).padStart(2, '0')}/${String(file * 50_000 + index).padStart(7, '0')}`, at);
      let sum = rest;
      for (let byte = 0; byte < 11; byte++) sum += blocks[at + byte]!;
      blocks.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148);
    }
    yield blocks;
  }
}

function digestOf(pieces: Iterable<Uint8Array>): { readonly digest: string; readonly size: number } {
  const hash = new Bun.CryptoHasher('sha256');
  let size = 0;
  for (const bytes of pieces) {
    hash.update(bytes);
    size += bytes.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

function archiveEntry(path: string) {
  return {
    kind: 'file' as const,
    path,
    target: '',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    dataSize: 0,
    mtime: NO_TIME,
    major: 0,
    minor: 0,
    xattrs: new Map<string, Uint8Array>(),
  };
}

function sumOf(bytes: Uint8Array, from: number, to: number): number {
  return bytes.subarray(from, to).reduce((sum, byte) => sum + byte, 0);
}

interface RawHeader {
  readonly path?: string;
  readonly type?: string;
  readonly size?: number;
  readonly sizeField?: Buffer;
  readonly major?: number;
}

/** A header that our own writer would not write. */
function rawHeader({ path = 'a', type = '0', size = 0, sizeField, major = 0 }: RawHeader): Buffer {
  const block = Buffer.from(encodeEntry({ ...archiveEntry(path), size, major }));
  block.write(type, 156);
  sizeField?.copy(block, 124);
  block.fill(' ', 148, 156);
  block.write(`${sumOf(block, 0, 512).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function paxLine(record: string): string {
  const rest = record.length + 2;
  const length = rest + String(rest + String(rest).length).length;
  return `${length} ${record}\n`;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** An extended header before an empty file. */
function pax(text: string): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([rawHeader({ type: 'x', size: body.length }), padded(body), rawHeader({}), Buffer.alloc(1024)]);
}
