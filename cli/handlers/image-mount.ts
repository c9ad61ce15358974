import { formatTable } from '../../base/table.ts';
import { listImages } from '../../engine/images/list.ts';
import { isList } from '../../engine/images/manifest-list.ts';
import { mountImage, mountedImages, type MountedImage } from '../../engine/images/mount.ts';
import { shortId } from '../../engine/images/find.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/image-mount.ts';
import type { Handler } from '../parse/command.ts';
import { nameColumns } from '../print/image-row.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const wanted = options.all ? filesOfAll(world) : args;
  if (wanted.length === 0) {
    await output.out(print(mountedImages(world), options.format === 'json'));
    return 0;
  }
  const mounted: MountedImage[] = [];
  for (const image of wanted) mounted.push(await mountImage(world, image));
  // As podman: one path alone, as scripts want it; of several, which is which.
  const [only, ...more] = mounted;
  await output.out(
    only !== undefined && more.length === 0 && options.format === undefined
      ? `${only.path}\n`
      : print(mounted, options.format === 'json'),
  );
  return 0;
};

/** Lists of manifests have no files. */
function filesOfAll(world: World): string[] {
  const images = listImages(world).filter(({ entry }) => !isList(entry));
  return images.map(({ id }) => id);
}

function print(mounted: readonly MountedImage[], json: boolean): string {
  if (!json) return formatTable(mounted.map(({ image, path }) => [nameOf(image), path]));
  const documents = mounted.map(({ image, path }) => {
    const repositories = image.entries.flatMap(({ name }) => name ?? []);
    return { id: image.id.slice(image.id.indexOf(':') + 1), Repositories: repositories, mountpoint: path };
  });
  return `${JSON.stringify(documents, null, 1)}\n`;
}

function nameOf({ id, entry }: MountedImage['image']): string {
  const { repository, tag } = nameColumns(entry);
  return entry.name === undefined ? shortId(id) : `${repository}:${tag}`;
}
