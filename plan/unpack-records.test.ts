import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { encodeRecord, RECORD_BYTES } from './unpack-records.ts';

const time = fc.record({ seconds: fc.maxSafeInteger(), nanoseconds: fc.integer({ min: 0, max: 999_999_999 }) });

test('numbers are where native/unpack_wire.c reads them', () => {
  fc.assert(
    fc.property(time, time, fc.maxSafeNat(), fc.nat(0xffff_ffff), (mtime, atime, number, uid) => {
      const view = new DataView(new ArrayBuffer(RECORD_BYTES + 3));
      encodeRecord(view, 3, 'xattr', 7, 9, { mtime, atime, number, uid, mode: 0o7777, gid: 5, major: 8, minor: 9 });
      expect([0, 4, 8, 12, 16, 20, 24, 28, 48, 52].map((at) => view.getUint32(3 + at, true))).toEqual([
        9,
        7,
        9,
        0o7777,
        uid,
        5,
        8,
        9,
        mtime.nanoseconds,
        atime.nanoseconds,
      ]);
      expect([32, 40, 56].map((at) => Number(view.getBigInt64(3 + at, true)))).toEqual([
        mtime.seconds,
        atime.seconds,
        number,
      ]);
    }),
  );
});
