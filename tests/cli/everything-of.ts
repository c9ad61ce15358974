import { existsSync, readdirSync } from 'node:fs';
import type { LabNetwork } from './lab-network.ts';

/**
 * All that a start or a change of networks could leave on the test host: interfaces, rules, files of networks, leases, names and
 * containers. The guard comes and goes when it has time.
 */
export function everythingOf({ host, directory }: Pick<LabNetwork, 'host' | 'directory'>): string[] {
  const links = host
    .does('ip -br link')
    .split('\n')
    .map((line) => line.split(/[@ ]/)[0]!);
  const tables = host.does('nft list tables').match(/inet limpid-[0-9a-f]{8}$/gm) ?? [];
  const rules = tables.flatMap((table) => host.does(`nft list table ${table}`).split('\n'));
  const places = ['root/networks', 'run/leases', 'run/names', 'root/containers', 'run/containers'];
  const files = places.flatMap((place) =>
    existsSync(`${directory}/${place}`)
      ? readdirSync(`${directory}/${place}`, { recursive: true, encoding: 'utf8' })
      : [],
  );
  // Which address comes next is no trace of anybody.
  const own = files.filter((file) => !/\/last[46]$/.test(file));
  // The kernel lists elements in no certain order.
  return [
    ...links,
    ...rules.map((rule) =>
      rule
        .replace('elements = {', '')
        .replace(/,$| }$/, '')
        .trim(),
    ),
    ...own,
  ].toSorted();
}
