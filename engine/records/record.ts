import { LimpidError } from '../../base/error.ts';
import { readText, statPath } from '../../kernel/files.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';
import { containerPaths, type ContainerPaths } from './paths.ts';

/** A container as recorded: its config and where its things are. */
export interface ContainerRecord {
  readonly config: ContainerConfig;
  readonly paths: ContainerPaths;
}

export function recordExists(world: World, id: string): boolean {
  return [true, false].some((volatile) => statPath(containerPaths(world, id, volatile).config) !== undefined);
}

/** The record of exactly this id, `undefined` where there is none. */
export function readRecord(world: World, id: string): ContainerRecord | undefined {
  for (const volatile of [true, false]) {
    const paths = containerPaths(world, id, volatile);
    const text = readText(paths.config);
    if (text !== undefined) return { config: parseConfig(text, paths.config), paths };
  }
  return undefined;
}

function parseConfig(text: string, path: string): ContainerConfig {
  try {
    return JSON.parse(text) as ContainerConfig;
  } catch (cause) {
    throw new LimpidError({
      code: 'ERECORD',
      doing: 'read',
      subject: `"${path}"`,
      why: 'it is not JSON',
      hint: 'remove that directory if the container is not needed',
      cause,
    });
  }
}
