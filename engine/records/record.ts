import { LimpidError } from '../../base/error.ts';
import { pathExists } from '../../kernel/file-status.ts';
import { readRegularText } from '../../kernel/files.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';
import { containerPaths, type ContainerPaths } from './paths.ts';

/** A container as recorded: its config and where its things are. */
export interface ContainerRecord {
  readonly config: ContainerConfig;
  readonly paths: ContainerPaths;
}

/** Of whether it is: most records that are met among many are of containers that stay. */
const VOLATILE = [false, true] as const;

export function recordExists(world: World, id: string): boolean {
  return VOLATILE.some((volatile) => pathExists(containerPaths(world, id, volatile).config));
}

/** The record of exactly this id, `undefined` where there is none. */
export function readRecord(world: World, id: string): ContainerRecord | undefined {
  for (const volatile of VOLATILE) {
    const paths = containerPaths(world, id, volatile);
    const text = readRegularText(paths.config);
    if (text !== undefined) return { config: parseConfig(text, { id, path: paths.config }), paths };
  }
  return undefined;
}

/** Throws ERECORD for what a power cut or a foreign hand made of it. */
export function parseConfig(
  text: string,
  { id, path }: { readonly id: string; readonly path: string },
): ContainerConfig {
  const config = parseJson(text) as Partial<ContainerConfig> | null | undefined;
  if (config?.id === id && typeof config.name === 'string' && typeof config.created === 'string')
    return config as ContainerConfig;
  throw new LimpidError({
    code: 'ERECORD',
    doing: 'read',
    subject: `"${path}"`,
    why: 'it is damaged',
    hint: `\`limpid rm -f ${id.slice(0, 12)}\` removes that container`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
