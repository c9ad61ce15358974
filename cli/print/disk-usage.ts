import { agesAt } from '../../base/duration.ts';
import { formatDecimalSize } from '../../base/size.ts';
import { formatTable } from '../../base/table.ts';
import { shortId } from '../../engine/images/find.ts';
import type { DiskUsage } from '../../engine/images/disk-usage.ts';
import { nameColumns } from './image-row.ts';
import { describeStatus } from './ps-row.ts';

/** A line of `system df`, with podman's field names. */
export function usageRows({ images, imagesBytes, imagesReclaimableBytes, containers, volumes }: DiskUsage) {
  const idle = containers.filter(({ container }) => container.state.process === undefined);
  const unused = volumes.filter(({ links }) => links === 0);
  const sum = (all: readonly { readonly sizeBytes: number }[]) => all.reduce((bytes, one) => bytes + one.sizeBytes, 0);
  return [
    row(
      'Images',
      images.length,
      images.filter((one) => one.containers > 0).length,
      imagesBytes,
      imagesReclaimableBytes,
    ),
    row('Containers', containers.length, containers.length - idle.length, sum(containers), sum(idle)),
    row('Local Volumes', volumes.length, volumes.length - unused.length, sum(volumes), sum(unused)),
  ];
}

export type UsageRow = ReturnType<typeof row>;

function row(type: string, total: number, active: number, sizeBytes: number, reclaimableBytes: number) {
  const percent = sizeBytes === 0 ? 0 : Math.round((reclaimableBytes / sizeBytes) * 100);
  return {
    Type: type,
    Total: total,
    TotalCount: total,
    Active: active,
    RawSize: sizeBytes,
    RawReclaimable: reclaimableBytes,
    Size: formatDecimalSize(sizeBytes),
    Reclaimable: `${formatDecimalSize(reclaimableBytes)} (${percent}%)`,
  };
}

export function printUsage(rows: readonly UsageRow[]): string {
  const cells = rows.map((one) => [one.Type, String(one.Total), String(one.Active), one.Size, one.Reclaimable]);
  return formatTable([['TYPE', 'TOTAL', 'ACTIVE', 'SIZE', 'RECLAIMABLE'], ...cells]);
}

/** `system df -v`: each of them. */
export function printUsages({ images, containers, volumes }: DiskUsage, nowMs: number): string {
  const ageOf = agesAt(nowMs);
  const since = (instant: string) => ageOf(Date.parse(instant) || 0);
  const imageLines = images.flatMap(({ image, sizeBytes, sharedBytes, containers }) =>
    image.entries.map((entry) => {
      const { repository, tag } = nameColumns(entry);
      const sizes = [sizeBytes, sharedBytes, sizeBytes - sharedBytes].map(formatDecimalSize);
      return [repository, tag, shortId(image.id), since(entry.created), ...sizes, String(containers)];
    }),
  );
  const containerLines = containers.map(({ container: { config, state }, sizeBytes, volumes }) => [
    config.id.slice(0, 12),
    config.image,
    [...(config.entrypoint ?? []), ...config.command].join(' ').slice(0, 30),
    String(volumes),
    formatDecimalSize(sizeBytes),
    since(config.created),
    describeStatus(state, ageOf),
    config.name,
  ]);
  const volumeLines = volumes.map(({ name, links, sizeBytes }) => [name, String(links), formatDecimalSize(sizeBytes)]);
  const headings = {
    images: ['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE', 'SHARED SIZE', 'UNIQUE SIZE', 'CONTAINERS'],
    containers: ['CONTAINER ID', 'IMAGE', 'COMMAND', 'LOCAL VOLUMES', 'SIZE', 'CREATED', 'STATUS', 'NAMES'],
    volumes: ['VOLUME NAME', 'LINKS', 'SIZE'],
  };
  return (
    `Images space usage:\n\n${formatTable([headings.images, ...imageLines])}` +
    `\nContainers space usage:\n\n${formatTable([headings.containers, ...containerLines])}` +
    `\nLocal Volumes space usage:\n\n${formatTable([headings.volumes, ...volumeLines])}`
  );
}
