import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { OpenFile } from '../../kernel/open-file.ts';
import { indexArchive, plainPath } from './archive-index.ts';
import { memberHeader, memberPadding } from './member-header.ts';

function fileOf(bytes: Uint8Array): OpenFile {
  return {
    path: '/archive',
    inode: 1n,
    sizeBytes: () => bytes.length,
    read: (offset, length) => bytes.slice(offset, offset + length),
    close() {},
  };
}

test('every file is found at its place, whatever GNU tar and pax call it', () => {
  const long = `${'d/'.repeat(70)}${'n'.repeat(120)}é`;
  const script =
    'mkdir -p "$1"; cd "$1"; mkdir -p "$(dirname "$2")"; printf content > "$2"; ln -s "$2" link; tar -cf - --format="$3" "$2" link';
  for (const format of ['gnu', 'pax', 'posix']) {
    const directory = `/tmp/limpid-index-${process.pid}-${format}`;
    const { stdout, stderr } = Bun.spawnSync(['sh', '-c', script, 'sh', directory, long, format]);
    expect(stderr.toString()).toBe('');
    const members = indexArchive(fileOf(stdout), 'x');
    const member = members.get(long);
    expect([format, member?.kind, members.get('link')]).toEqual([
      format,
      'file',
      { kind: 'link', target: long, twice: false },
    ]);
    if (member?.kind !== 'file') throw new Error('no file');
    expect(stdout.subarray(member.offset, member.offset + member.size).toString()).toBe('content');
    Bun.spawnSync(['rm', '-r', directory]);
  }
});

test('what it finds is what was written', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ path: name, data: fc.uint8Array({ maxLength: 1500 }) }), {
        selector: ({ path }) => path,
      }),
      (files) => {
        const pieces = files.flatMap(({ path, data }) => [
          memberHeader({ path, size: data.length }),
          data,
          memberPadding(data.length),
        ]);
        const bytes = new Uint8Array(Buffer.concat([...pieces, new Uint8Array(1024)]));
        const members = indexArchive(fileOf(bytes), 'x');
        expect([...members.keys()]).toEqual(files.map(({ path }) => path));
        for (const { path, data } of files) {
          const member = members.get(path);
          if (member?.kind !== 'file') throw new Error(`no ${path}`);
          expect(bytes.slice(member.offset, member.offset + member.size)).toEqual(data);
        }
      },
    ),
  );
});

test('more members than any archive of images has', () => {
  const header = Buffer.from(memberHeader({ path: '0000000000' }));
  const sum = Number.parseInt(header.toString('latin1', 148, 154), 8);
  const file: OpenFile = {
    ...fileOf(new Uint8Array(0)),
    sizeBytes: () => 10_000_000 * 512,
    read(offset) {
      const digits = String(offset / 512).padStart(10, '0');
      header.write(digits, 0, 'latin1');
      let more = sum;
      for (const digit of digits) more += Number(digit);
      header.write(more.toString(8).padStart(6, '0'), 148, 'latin1');
      return header;
    },
  };
  expect(() => indexArchive(file, 'x')).toThrow('cannot read "x": it has more than 200000 members');
});

test.each([
  ['./a//b/../c/', 'a/c'],
  ['/a', 'a'],
  ['', ''],
  ['..', undefined],
  ['a/../..', undefined],
])('%p is %p', (path, wanted) => {
  expect(plainPath(path)).toBe(wanted);
});
