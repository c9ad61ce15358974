/**
 * What `dist/limpid` carries inside: the executor and the built-in root file systems. The same imports lead
 * into build/ when the source runs as it is.
 */
import executorPath from '../build/native/executor' with { type: 'file' };
import busyboxDigest from '../build/rootfs/busybox/digest.json' with { type: 'json' };
import busyboxManifestPath from '../build/rootfs/busybox/manifest.bin' with { type: 'file' };
import busyboxPath from '../build/rootfs/busybox/busybox.bin' with { type: 'file' };

/** One thing of a built-in root file system, parents before children. Paths are relative to its root. */
export type RootfsEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly text: string }
  /** The one large file, whose bytes `program()` gives. */
  | { readonly kind: 'program'; readonly path: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

export interface BuiltinRootfs {
  /** Changes with any byte of it: names the directory it is unpacked to. */
  readonly digest: string;
  readonly entries: () => Promise<readonly RootfsEntry[]>;
  readonly program: () => Promise<Uint8Array>;
}

const BUILTINS: Readonly<Record<string, BuiltinRootfs>> = {
  busybox: {
    digest: busyboxDigest,
    entries: () => Bun.file(busyboxManifestPath).json() as Promise<readonly RootfsEntry[]>,
    program: () => Bun.file(busyboxPath).bytes(),
  },
};

/** The static executor, as built for this machine. */
export function executorBytes(): Promise<Uint8Array> {
  return Bun.file(executorPath).bytes();
}

/** The root file system behind `builtin:NAME`; nothing of it is read before it is asked for. */
export function builtinRootfs(name: string): BuiltinRootfs | undefined {
  return Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
}

/** Names after `builtin:`, for messages. */
export function builtinNames(): readonly string[] {
  return Object.keys(BUILTINS);
}
