import { integer, type Decoder } from '../decode.ts';

export const u16 = integer(0, 0xffff);
export const u32 = integer(0, 0xffffffff);
/** As exact as a double: what is above 2^53 comes rounded, which matters to none of the fields that use it. */
export const u64 = integer(0, 2 ** 64);
export const i64 = integer(-(2 ** 63), 2 ** 63);
/** A limit, of which -1 means none. */
export const limit = integer(-1, 2 ** 63);
/** 2^32-1 is no id: setresuid(2) takes it for "leave as it is", which is root's. */
export const id: Decoder<number> = integer(0, 0xfffffffe);
