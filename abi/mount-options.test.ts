import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import * as MS from './flags/mount.ts';
import {
  formatMountOptions,
  isMountOptionWord,
  mountAttrWords,
  mountFlagWords,
  parseMountOptions,
} from './mount-options.ts';

const NOTHING = {
  flags: 0,
  bind: false,
  recursive: false,
  attrSet: 0,
  attrClear: 0,
  recursiveAttrSet: 0,
  recursiveAttrClear: 0,
  propagation: 0,
  data: '',
  copyUp: false,
  idMap: 'no',
} as const;

/** runtime-spec 1.3, config.md, the table of Linux mount options, word for word. */
const SPEC_TABLE = `async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev
  nodiratime noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev
  rdiratime relatime remount rexec rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow
  ro rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave
  strictatime suid symfollow sync tmpcopyup unbindable idmap ridmap`.split(/\s+/);

describe('parseMountOptions', () => {
  test('knows every word of the runtime-spec', () => {
    expect(SPEC_TABLE.filter((word) => !isMountOptionWord(word))).toEqual([]);
    for (const word of SPEC_TABLE) expect(parseMountOptions([word]).data).toBe('');
  });

  test('no words ask for nothing', () => {
    expect(parseMountOptions([])).toEqual(NOTHING);
    expect(parseMountOptions(['defaults', ''])).toEqual(NOTHING);
  });

  test('a tmpfs', () => {
    expect(parseMountOptions(['nosuid', 'strictatime', 'mode=755', 'size=65536k'])).toEqual({
      ...NOTHING,
      flags: 0x1000002,
      attrSet: 0x22,
      attrClear: 0x70,
      data: 'mode=755,size=65536k',
    });
  });

  test('a recursive read-only bind', () => {
    expect(parseMountOptions(['rbind', 'rro', 'nodev', 'rprivate'])).toEqual({
      ...NOTHING,
      flags: 0x4,
      bind: true,
      recursive: true,
      attrSet: 0x4,
      recursiveAttrSet: 0x1,
      propagation: 0x44000,
    });
  });

  test('of two words that contradict each other the later wins', () => {
    expect(parseMountOptions(['ro', 'rw'])).toEqual({ ...NOTHING, attrClear: 0x1 });
    expect(parseMountOptions(['rw', 'ro'])).toEqual({ ...NOTHING, flags: 0x1, attrSet: 0x1 });
    expect(parseMountOptions(['sync', 'async'])).toEqual(NOTHING);
    expect(parseMountOptions(['shared', 'rslave']).propagation).toBe(MS.MS_SLAVE | MS.MS_REC);
  });

  test('atime is one value: setting it clears the whole field', () => {
    expect(parseMountOptions(['noatime', 'strictatime'])).toEqual({
      ...NOTHING,
      flags: MS.MS_STRICTATIME,
      attrSet: MS.MOUNT_ATTR_STRICTATIME,
      attrClear: MS.MOUNT_ATTR__ATIME,
    });
    expect(parseMountOptions(['rnoatime']).recursiveAttrClear).toBe(0x70);
    expect(parseMountOptions(['norelatime'])).toEqual(NOTHING);
  });

  test('idmap and tmpcopyup', () => {
    expect(parseMountOptions(['idmap', 'tmpcopyup'])).toEqual({ ...NOTHING, idMap: 'mount', copyUp: true });
    expect(parseMountOptions(['ridmap']).idMap).toBe('tree');
  });

  test('case counts: RO belongs to the file system', () => {
    expect(parseMountOptions(['RO'])).toEqual({ ...NOTHING, data: 'RO' });
  });
});

test('law: parse undoes format', () => {
  const words = fc.array(fc.constantFrom(...SPEC_TABLE, 'size=1m', 'mode=0700', 'uid=3'), { maxLength: 12 });
  fc.assert(
    fc.property(words, (list) => {
      const options = parseMountOptions(list);
      expect(parseMountOptions(formatMountOptions(options))).toEqual(options);
    }),
  );
});

test('law: the words of flags parse into these flags', () => {
  const flags = [
    MS.MS_RDONLY,
    MS.MS_NOSUID,
    MS.MS_NODEV,
    MS.MS_NOEXEC,
    MS.MS_NODIRATIME,
    MS.MS_NOSYMFOLLOW,
    MS.MS_SYNCHRONOUS,
  ];
  fc.assert(
    fc.property(
      fc.subarray(flags),
      fc.constantFrom(0, MS.MS_NOATIME, MS.MS_RELATIME, MS.MS_STRICTATIME),
      (bits, atime) => {
        const value = bits.reduce((sum, bit) => sum | bit, atime);
        expect(parseMountOptions(mountFlagWords(value)).flags).toBe(value);
      },
    ),
  );
});

test('words for mount(8)', () => {
  expect(mountFlagWords(MS.MS_BIND | MS.MS_REC | MS.MS_RDONLY)).toEqual(['ro', 'rbind']);
  expect(mountFlagWords(MS.MS_REC | MS.MS_PRIVATE)).toEqual(['rprivate']);
  expect(mountAttrWords(0x3, 0x78, true)).toEqual(['rro', 'rnosuid', 'rexec', 'rrelatime']);
});
