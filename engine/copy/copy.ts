import { LimpidError } from '../../base/error.ts';
import { closeNode, isSameFile, openTree, type TreeNode } from '../../kernel/tree.ts';
import { packNode } from '../../store/layers/pack.ts';
import { descriptorSink } from '../../store/transports/archive-sink.ts';
import { findRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { withContainerFiles } from './container-files.ts';
import { decompressed, pieces, receive, type CopyOptions, type Files } from './receive.ts';
import { findSource, findTarget, placeText, type CopyPlace, type Found, type Target } from './places.ts';

/** File systems that the kernel makes up; whoever copies a whole root does not mean them. */
const KERNEL_TREES = ['proc', 'sys', 'dev'];

/**
 * Copies a file, or a directory with all below it, between containers, running or not, and the host, by the rules of
 * podman-cp(1). Throws ENOCONTAINER, ENOENT, ENOTDIR, EUNPACK.
 */
export async function copyFiles(
  world: World,
  from: CopyPlace,
  to: CopyPlace,
  options: CopyOptions = {},
): Promise<void> {
  await withFiles(world, from, async (theirs) => {
    const source = findSource(theirs.root, from);
    const pack = async (ours: Files) => {
      const target = findTarget(ours.root, to);
      try {
        const { into, as } = placeIn(source, target, { from, to, options });
        await receive(world, pieces(packed(source, as, theirs, into)), {
          into,
          what: `to "${placeText(to)}"`,
          files: ours,
          options,
        });
      } finally {
        closeNode(target.directory);
      }
    };
    try {
      // A container that does not run is mounted once.
      await (isSameContainer(world, from, to) ? pack(theirs) : withFiles(world, to, pack));
    } finally {
      closeNode(source.node);
    }
  });
}

function isSameContainer(world: World, { container: one }: CopyPlace, { container: other }: CopyPlace): boolean {
  if (one === undefined || other === undefined) return false;
  return findRecord(world, one).config.id === findRecord(world, other).config.id;
}

/** The same as a tar archive to an open descriptor. */
export async function copyToArchive(world: World, from: CopyPlace, output: number): Promise<void> {
  const sink = descriptorSink(output, 'standard output');
  await withFiles(world, from, async (files) => {
    const source = findSource(files.root, from);
    try {
      for await (const bytes of packed(source, source.name, files)) sink.write(bytes);
    } finally {
      closeNode(source.node);
    }
  });
}

/** What a tar archive has, compressed or not, into a directory that is there. */
export async function copyFromArchive(
  world: World,
  archive: ReadableStream<Uint8Array>,
  to: CopyPlace,
  options: CopyOptions = {},
): Promise<void> {
  await withFiles(world, to, async (files) => {
    const { kind, directory } = findTarget(files.root, to);
    try {
      if (kind !== 'directory') throw cannotCopy(to, 'an archive goes into a directory that is there');
      await receive(world, decompressed(archive), { into: directory, what: `to "${placeText(to)}"`, files, options });
    } finally {
      closeNode(directory);
    }
  });
}

async function withFiles<T>(world: World, { container }: CopyPlace, act: (files: Files) => Promise<T>): Promise<T> {
  if (container !== undefined) return withContainerFiles(world, container, act);
  const root = openTree('/');
  try {
    return await act({ root });
  } finally {
    closeNode(root);
  }
}

function packed({ node }: Found, as: string, { maps, root }: Files, into?: TreeNode): ReadableStream<Uint8Array> {
  const kernelTrees = new Set(KERNEL_TREES.map((name) => (as === '' ? name : `${as}/${name}`)));
  return packNode(node, as, {
    ...maps,
    acrossMounts: true,
    ...(into === undefined ? {} : { without: into }),
    ...(isSameFile(node, root) ? { leaveOut: (path: string) => kernelTrees.has(path) } : {}),
  });
}

interface Copying {
  readonly from: CopyPlace;
  readonly to: CopyPlace;
  readonly options: CopyOptions;
}

/** podman-cp(1): which directory it goes into, and what it is called there; `''` for its contents alone. */
function placeIn(source: Found, target: Target, { from, to, options }: Copying): { into: TreeNode; as: string } {
  const into = target.directory;
  const isDirectory = source.node.kind === 'directory';
  const isItself = isDirectory && isSameFile(source.node, into) && (target.kind !== 'directory' || source.name !== '');
  if (isItself) throw cannotCopy(from, 'a directory does not go into itself');
  if (target.kind === 'directory') return { into, as: source.name };
  if (isDirectory && target.kind === 'file' && options.overwrite !== true)
    throw cannotCopy(from, `it is a directory, and "${placeText(to)}" is none`, '--overwrite replaces it');
  if (!isDirectory && target.kind === 'nothing' && target.wantsDirectory)
    throw cannotCopy(from, `there is no directory "${placeText(to)}"`);
  return { into, as: target.name };
}

function cannotCopy(place: CopyPlace, why: string, hint?: string): LimpidError {
  const subject = `"${placeText(place)}"`;
  return new LimpidError({ code: 'ECOPY', doing: 'copy', subject, why, ...(hint === undefined ? {} : { hint }) });
}
