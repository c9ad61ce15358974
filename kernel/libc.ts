import type { Pointer, read as Read } from 'bun:ffi';

/** What the module `bun:ffi` wraps. */
interface NativeFfi {
  dlopen<const Fns extends Record<string, Signature>>(name: string, symbols: Fns): { readonly symbols: Library<Fns> };
  readonly ptr: (view: NodeJS.TypedArray, offset?: number) => Pointer;
  readonly read: typeof Read;
  /** The UTF-8 text at a pointer. */
  readonly CString: (pointer: Pointer, offset: number, length?: number) => string;
}

type Kind = 'ptr' | 'i32' | 'u32' | 'i64' | 'u64';

interface Signature {
  readonly args: readonly Kind[];
  readonly returns: 'ptr' | 'i32' | 'u32' | 'i64_fast';
}

type Arguments<Kinds extends readonly Kind[]> = {
  [At in keyof Kinds]: Kinds[At] extends 'ptr' ? Pointer | null : number;
};

/** Arguments are numbers and pointers; what `i64_fast` answers is a bigint where a number does not hold it. */
type Library<Fns extends Record<string, Signature>> = {
  readonly [Name in keyof Fns]: (
    ...args: Arguments<Fns[Name]['args']>
  ) => Fns[Name]['returns'] extends 'i64_fast' ? number | bigint : number;
};

// Through the module, each start would load it (0.3 ms) and have it write and compile a wrapper a function (0.15 ms),
// which converts arguments. Ours are converted already.
const { dlopen, ptr, read, CString } = (Bun as unknown as { readonly FFI: NativeFfi }).FFI;

/**
 * The C library, as far as the hands need it. One dlopen costs 0.2 ms, which is less than
 * `node:fs` alone, so everything on the start path goes through here.
 */
const { symbols: libc } = dlopen('libc.so.6', {
  __errno_location: { args: [], returns: 'ptr' },
  syscall: { args: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'], returns: 'i64_fast' },
  open: { args: ['ptr', 'i32', 'i32'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
  read: { args: ['i32', 'ptr', 'u64'], returns: 'i64_fast' },
  pread: { args: ['i32', 'ptr', 'u64', 'i64'], returns: 'i64_fast' },
  write: { args: ['i32', 'ptr', 'u64'], returns: 'i64_fast' },
  mkdir: { args: ['ptr', 'i32'], returns: 'i32' },
  rmdir: { args: ['ptr'], returns: 'i32' },
  unlink: { args: ['ptr'], returns: 'i32' },
  symlink: { args: ['ptr', 'ptr'], returns: 'i32' },
  rename: { args: ['ptr', 'ptr'], returns: 'i32' },
  readlink: { args: ['ptr', 'ptr', 'u64'], returns: 'i64_fast' },
  chmod: { args: ['ptr', 'i32'], returns: 'i32' },
  getxattr: { args: ['ptr', 'ptr', 'ptr', 'u64'], returns: 'i64_fast' },
  waitpid: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  fsync: { args: ['i32'], returns: 'i32' },
  flock: { args: ['i32', 'i32'], returns: 'i32' },
  fcntl: { args: ['i32', 'i32', 'i64'], returns: 'i32' },
  ioctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
  poll: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
  memfd_create: { args: ['ptr', 'u32'], returns: 'i32' },
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  socketpair: { args: ['i32', 'i32', 'i32', 'ptr'], returns: 'i32' },
  getdents64: { args: ['i32', 'ptr', 'u64'], returns: 'i64_fast' },
  getrlimit: { args: ['i32', 'ptr'], returns: 'i32' },
  execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
  posix_spawn: { args: ['ptr', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'], returns: 'i32' },
  posix_spawn_file_actions_init: { args: ['ptr'], returns: 'i32' },
  posix_spawn_file_actions_adddup2: { args: ['ptr', 'i32', 'i32'], returns: 'i32' },
  posix_spawn_file_actions_addopen: { args: ['ptr', 'i32', 'ptr', 'i32', 'u32'], returns: 'i32' },
  getuid: { args: [], returns: 'u32' },
  getgid: { args: [], returns: 'u32' },
} as const);

export { libc, ptr };

/** errno of the call just made: to be read before anything else happens on this thread. */
export function lastErrno(): number {
  return read.i32(libc.__errno_location() as Pointer);
}

const encoder = new TextEncoder();

/** A NUL-terminated copy of a string, to be passed as a `char *` for the length of one call. */
export function cString(text: string): Uint8Array {
  return encoder.encode(`${text}\0`);
}

/** The text in the first bytes behind a pointer, without the view and the copy that a TextDecoder needs. */
export function textAt(pointer: Pointer, length: number): string {
  // A length of 0 would mean: up to a NUL.
  return length === 0 ? '' : CString(pointer, 0, length);
}

/** The NUL-terminated text behind a pointer. */
export function cText(pointer: Pointer, offset: number): string {
  return CString(pointer, offset);
}

/** A NULL-terminated `char *[]`. The bytes stay alive as long as the returned object does. */
export function cStrings(texts: readonly string[]): { readonly vector: BigUint64Array; readonly bytes: Uint8Array[] } {
  const bytes = texts.map(cString);
  const vector = new BigUint64Array(texts.length + 1);
  for (let index = 0; index < bytes.length; index++) vector[index] = BigInt(ptr(bytes[index]!));
  return { vector, bytes };
}
