import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { encodeAcl } from './acl.ts';
import type { TarEntry, TarSink } from './entry.ts';
import { parseNumber } from './numbers.ts';
import { parsePaxTime } from './pax.ts';
import { TarReader } from './reader.ts';
import { encodeEntry, END_OF_ARCHIVE, padding } from './writer.ts';

interface Read {
  readonly entry: TarEntry;
  readonly data: readonly (readonly [offset: number, text: string])[];
}

/** What a reader finds, pieces of data that touch each other joined. */
function read(bytes: Uint8Array, pieceBytes = bytes.length): Read[] {
  const found: { entry: TarEntry; data: [number, string][] }[] = [];
  let ends = 0;
  const sink: TarSink = {
    entry: (entry) => void found.push({ entry, data: [] }),
    data(offset, piece) {
      const { data } = found.at(-1)!;
      const last = data.at(-1);
      const text = Buffer.from(piece).toString('latin1');
      if (last !== undefined && last[0] + last[1].length === offset) last[1] += text;
      else data.push([offset, text]);
    },
    end: () => ends++,
  };
  const reader = new TarReader(sink);
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(bytes.subarray(at, at + pieceBytes));
  reader.end();
  expect(ends).toBe(found.length);
  return found;
}

function write(entries: readonly Read[]): Buffer {
  const parts = entries.flatMap(({ entry, data }) => [
    encodeEntry(entry),
    ...data.map(([, text]) => Buffer.from(text, 'latin1')),
    padding(entry.size),
  ]);
  return Buffer.concat([...parts, END_OF_ARCHIVE]);
}

const byteText = (limits: object) =>
  fc.array(fc.integer({ min: 1, max: 255 }), limits).map((codes) => String.fromCharCode(...codes));
const time = fc.record({
  seconds: fc.integer({ min: -(2 ** 34), max: 2 ** 40 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});
const anyEntry: fc.Arbitrary<Read> = fc
  .record({
    kind: fc.constantFrom('file', 'directory', 'symlink', 'link', 'char', 'block', 'fifo'),
    path: byteText({ minLength: 1, maxLength: 400 }),
    target: byteText({ minLength: 1, maxLength: 400 }),
    mode: fc.nat(0o7777),
    uid: fc.nat(0xffff_fffe),
    gid: fc.nat(0xffff_fffe),
    mtime: time,
    major: fc.nat(4095),
    minor: fc.nat(0xfffff),
    xattrs: fc.array(fc.tuple(byteText({ minLength: 1, maxLength: 30 }), fc.uint8Array({ maxLength: 40 })), {
      maxLength: 3,
    }),
    text: byteText({ maxLength: 1500 }),
  })
  .map(({ kind, target, major, minor, xattrs, text, ...rest }) => {
    const isDevice = kind === 'char' || kind === 'block';
    const size = kind === 'file' ? text.length : 0;
    const entry: TarEntry = {
      ...rest,
      kind: kind as TarEntry['kind'],
      target: kind === 'symlink' || kind === 'link' ? target : '',
      size,
      dataSize: size,
      major: isDevice ? major : 0,
      minor: isDevice ? minor : 0,
      xattrs: new Map(xattrs.map(([name, value]) => [name, Buffer.from(value)])),
    };
    return { entry, data: size === 0 ? [] : [[0, text]] };
  });

test('what is written is read, whatever the pieces', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 5 }), fc.integer({ min: 1, max: 2000 }), (entries, pieceBytes) => {
      const bytes = write(entries);
      expect(bytes.length % 512).toBe(0);
      expect(read(bytes, pieceBytes)).toEqual(entries);
    }),
    { numRuns: 300 },
  );
});

test('no bytes make it do anything but read or throw ETAR', () => {
  const archive = write(fc.sample(anyEntry, { numRuns: 6, seed: 1 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
      const bytes = Buffer.from(archive);
      for (const [at, value] of changes) bytes[at] = value;
      try {
        read(bytes, 700);
      } catch (error) {
        expect((error as { code?: string }).code).toBe('ETAR');
      }
    }),
    { numRuns: 500 },
  );
});

describe('numbers', () => {
  const number = (bytes: Buffer): number => parseNumber(bytes, 0, bytes.length, 'field');
  test.each<[string, number]>([
    ['0000644\0', 0o644],
    ['   644 \0', 0o644],
    ['00000000', 0],
    ['77777777', 0o77777777],
    ['\0\0\0\0\0\0\0\0', 0],
    ['        ', 0],
    ['12 garbage', 0o12],
  ])('%j is %i', (text, value) => {
    expect(number(Buffer.from(text, 'latin1'))).toBe(value);
  });

  test.each<[string, number]>([
    ['80000000002dc6c0', 3_000_000],
    ['ffffffffffffffff', -1],
    ['fffffffffffffc18', -1000],
    ['800000000000000000000001', 1],
    ['ffffffffffffffffecfd6b80', -318936192],
  ])('base 256: %s is %i', (hex, value) => {
    expect(number(Buffer.from(hex, 'hex'))).toBe(value);
  });

  test('neither digits nor exact', () => {
    expect(() => number(Buffer.from('00008000'))).toThrow(
      'cannot read the archive: the field in a header is no number',
    );
    expect(() => number(Buffer.from('-0000100'))).toThrow('no number');
    expect(() => number(Buffer.from('80ffffffffffffff', 'hex'))).toThrow('out of bounds');
  });
});

test.each<[string, number, number]>([
  ['0', 0, 0],
  ['1700000000', 1_700_000_000, 0],
  ['1.5', 1, 500_000_000],
  ['1.123456789999', 1, 123_456_789],
  ['-1', -1, 0],
  ['-1.25', -2, 750_000_000],
  ['-0.000000001', -1, 999_999_999],
])('the time %s', (text, seconds, nanoseconds) => {
  expect(parsePaxTime(text)).toEqual({ seconds, nanoseconds });
});

describe('headers before an entry', () => {
  const entry = fc.sample(anyEntry, { numRuns: 1, seed: 3 })[0]!.entry;
  const plain: TarEntry = {
    ...entry,
    kind: 'fifo',
    path: 'a',
    target: '',
    size: 0,
    dataSize: 0,
    xattrs: new Map(),
    uid: 1,
    gid: 2,
    major: 0,
    minor: 0,
    mtime: { seconds: 5, nanoseconds: 0 },
  };
  const special = (type: string, body: string): Buffer => {
    const block = Buffer.from(encodeEntry({ ...plain, size: body.length }));
    block.write(type, 156);
    block.fill(' ', 148, 156);
    block.write(
      `${block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return Buffer.concat([block, Buffer.from(body), padding(body.length)]);
  };
  const pax = (...records: string[]): string =>
    records
      .map((record) => {
        const length = record.length + 3;
        return `${length + String(length).length - 1} ${record}\n`;
      })
      .join('');
  const paths = (...parts: Uint8Array[]): string[] => read(Buffer.concat(parts)).map((one) => one.entry.path);

  test('global ones stay, those of the entry win, an empty value takes back', () => {
    const next = encodeEntry(plain);
    const found = read(
      Buffer.concat([special('g', pax('uid=7', 'gid=8')), special('x', pax('uid=9', 'gid=')), next, next]),
    ).map((one) => [one.entry.uid, one.entry.gid]);
    expect(found).toEqual([
      [9, 2],
      [7, 8],
    ]);
  });

  test('GNU’s long names serve the next entry alone', () => {
    expect(paths(special('L', 'long\0'), encodeEntry(plain), encodeEntry(plain))).toEqual(['long', 'a']);
    expect(
      read(Buffer.concat([special('K', 'target\0'), encodeEntry({ ...plain, kind: 'link', target: 'b' })]))[0]!.entry
        .target,
    ).toBe('target');
  });

  test('a volume’s label is no file, one block of zeros no end', () => {
    expect(
      paths(special('V', ''), encodeEntry(plain), new Uint8Array(512), encodeEntry({ ...plain, path: 'b' })),
    ).toEqual(['a', 'b']);
  });

  test('a checksum is right, or adds bytes up as signed, as some old programs do', () => {
    const summed = (add: (byte: number) => number): Buffer => {
      const block = Buffer.from(encodeEntry(plain));
      block.set([0xe4, 0xf6]);
      block.fill(0x20, 148, 156);
      const sum = block.reduce((total, byte) => total + add(byte), 0);
      block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      return block;
    };
    expect(paths(summed((byte) => byte))).toEqual(['\xe4\xf6']);
    expect(paths(summed((byte) => (byte << 24) >> 24))).toEqual(['\xe4\xf6']);
    const flipped = summed((byte) => byte);
    flipped[300]! ^= 1;
    for (const wrong of [flipped, summed((byte) => byte * 2), summed(() => 1)])
      expect(() => paths(wrong)).toThrow('a header has a wrong checksum');
  });

  test('behind the end is nothing, whatever it is', () => {
    expect(paths(encodeEntry(plain), END_OF_ARCHIVE, Buffer.alloc(700, 'garbage'))).toEqual(['a']);
  });
});

describe('access lists', () => {
  test.each([
    [
      'user::rwx,user:1234:r-x,group::r--,mask::r-x,other::---',
      '0200000001000700ffffffff02000500d204000004000400ffffffff10000500ffffffff20000000ffffffff',
    ],
    [
      'u::rw-\ng::r--\ng:55:--x\nm::r-x\no::r--\n',
      '0200000001000600ffffffff04000400ffffffff080001003700000010000500ffffffff20000400ffffffff',
    ],
    [
      'user::rw-,user:bob:r--:7,group::r--,mask::r--,other::r--',
      '0200000001000600ffffffff020004000700000004000400ffffffff10000400ffffffff20000400ffffffff',
    ],
  ])('%j', (text, hex) => {
    expect(Buffer.from(encodeAcl(text)!).toString('hex')).toBe(hex);
  });

  test.each([
    'user::rw-,group::r--,other::r--',
    'user::rw-,user:bob:r--,group::r--,mask::r--,other::r--',
    'user::rw-,toString::r--,group::r--,mask::rwz,other::r--',
    '',
  ])('none: %j', (text) => {
    expect(encodeAcl(text)).toBeUndefined();
  });
});
