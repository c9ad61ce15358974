import type { ByteText } from '../../abi/tar/entry.ts';
import type { TreeNode } from '../../kernel/tree.ts';
import { Packer, type PackOptions } from './packer.ts';

export type { PackOptions } from './packer.ts';

const CHUNK_BYTES = 1 << 18;

/**
 * A container's upper directory as the archive of an OCI layer (image-spec, layer.md): overlayfs's whiteouts and opaque
 * directories as `.wh.` files, sorted; the same tree is the same bytes. The tree is a stranger's: no link of it is
 * followed, and other file systems are left out.
 */
export function packLayer(upper: string, options: PackOptions = {}): ReadableStream<Uint8Array> {
  return archiveStream(upper, options, true);
}

/** A whole tree, such as a container's merged root, as a plain archive. */
export function packTree(root: string, options: PackOptions = {}): ReadableStream<Uint8Array> {
  return archiveStream(root, options, false);
}

/** A file, or a directory with all below it, under a name of its own; without one, what is in a directory. */
export function packNode(node: TreeNode, as: ByteText, options: PackOptions): ReadableStream<Uint8Array> {
  return streamOf(new Packer(options, false).packNode(node, as));
}

function archiveStream(root: string, options: PackOptions, overlay: boolean): ReadableStream<Uint8Array> {
  return streamOf(new Packer(options, overlay).pack(root));
}

function streamOf(pieces: Generator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const gathered: Uint8Array[] = [];
      let size = 0;
      while (size < CHUNK_BYTES) {
        const { done, value } = pieces.next();
        if (done) break;
        gathered.push(value);
        size += value.length;
      }
      if (size > 0) controller.enqueue(gathered.length === 1 ? gathered[0]! : Buffer.concat(gathered));
      else controller.close();
    },
    cancel: () => void pieces.return(undefined),
  });
}
