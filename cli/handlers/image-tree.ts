import { printable } from '../../base/printable.ts';
import { formatDecimalSize } from '../../base/size.ts';
import { imageTree, type ImageTree, type TreeLayer } from '../../engine/images/tree.ts';
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
function printTree({ image, layers }: ImageTree, whatRequires: boolean): string {
  const head =
    `Image ID: ${shortId(image.id)}\n` +
    `Tags:     [${tagsOf(image).map(printable).join(' ')}]\n` +
    `Size:     ${formatDecimalSize(image.entry.sizeBytes)}\n` +
    'Image Layers\n';
  return head + (whatRequires ? drawLayers(layers.slice(-1), true) : drawLayers(layers, false));
}

function drawLayers(layers: readonly TreeLayer[], deep: boolean, indent = ''): string {
  return layers
    .map((layer, at) => {
      const { diffId, sizeBytes, topOf } = layer;
      const isLast = at === layers.length - 1;
      const line = `ID: ${shortId(diffId)} Size: ${formatDecimalSize(sizeBytes)}${ending(topOf)}`;
      const above = deep ? drawLayers(layer.above, true, `${indent}${isLast ? '    ' : '│   '}`) : '';
      return `${indent}${isLast ? '└──' : '├──'} ${line}\n${above}`;
    })
    .join('');
}

function ending(names: readonly string[]): string {
  return names.length === 0 ? '' : ` Top Layer of: [${names.map(printable).join(' ')}]`;
}
