import { printable } from '../../base/printable.ts';
import { formatDecimalSize } from '../../base/size.ts';
import { imageTree, type ImageTree } from '../../engine/images/tree.ts';
import { shortId, tagsOf } from '../../engine/images/find.ts';
import type { command } from '../commands/image-tree.ts';
import type { Handler } from '../parse/command.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const tree = imageTree(worldOf(invocation), args[0]!);
  await output.out(printTree(tree, options.whatrequires));
  return 0;
};

/** As podman draws it. */
export function printTree({ image, layers, builtOnIt }: ImageTree, whatRequires: boolean): string {
  const head =
    `Image ID: ${shortId(image.id)}\n` +
    `Tags:     [${tagsOf(image).map(printable).join(' ')}]\n` +
    `Size:     ${formatDecimalSize(image.entry.sizeBytes)}\n`;
  const heading = whatRequires ? `Image ID: ${shortId(image.id)}\n` : 'Image Layers\n';
  const lines = whatRequires
    ? builtOnIt.map((one) => `ID: ${shortId(one.id)}  Tags: [${tagsOf(one).map(printable).join(' ')}]`)
    : layers.map(
        ({ diffId, sizeBytes, topOf }) =>
          `ID: ${shortId(diffId)} Size: ${formatDecimalSize(sizeBytes)}${ending(topOf)}`,
      );
  return head + heading + lines.map((line, at) => `${at === lines.length - 1 ? '└──' : '├──'} ${line}\n`).join('');
}

function ending(names: readonly string[]): string {
  return names.length === 0 ? '' : ` Top Layer of: [${names.map(printable).join(' ')}]`;
}
