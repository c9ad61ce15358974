import { callerOf } from '../engine/caller.ts';
import { listContainers, type ContainerSummary } from '../engine/containers/list.ts';
import type { World } from '../engine/world.ts';
import { optionError } from './parse/option-error.ts';
import { latestName } from './latest.ts';
import { containerFilter } from './filter/containers.ts';

/** The ways in which commands let users name containers. */
export interface Selection {
  readonly args: readonly string[];
  readonly options: {
    readonly all?: boolean;
    readonly latest?: boolean;
    readonly cidfile?: readonly string[];
    readonly filter?: readonly string[];
    readonly ignore?: boolean;
  };
  /** What `--all` means to this command; everything where not said. */
  readonly whenAll?: (container: ContainerSummary) => boolean;
}

/** References of the containers that a command line names, in its order. */
export function selectContainers(world: World, { args, options, whenAll = () => true }: Selection): string[] {
  const { all = false, latest = false, cidfile = [], filter = [] } = options;
  const names = [...args, ...cidfile.map((path) => callerOf().readText(path).trim())];
  if (all && latest) throw optionError('--all', 'it excludes --latest');
  if (latest) names.push(latestName(world));
  if (!all && filter.length === 0) return names;
  const matches = containerFilter(world, filter);
  const found = listContainers(world).filter((one) => (all ? whenAll(one) : true) && matches(one));
  return [...names, ...found.map(({ config }) => config.id)];
}
