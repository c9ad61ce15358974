import { LimpidError } from '../base/error.ts';
import { callerOf } from '../engine/caller.ts';
import { listContainers, type ContainerSummary } from '../engine/containers/list.ts';
import type { World } from '../engine/world.ts';
import { latestName } from './latest.ts';
import { parseFilters } from './filters.ts';
import type { Output } from './output.ts';

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
  if (latest) names.push(latestName(world));
  if (!all && filter.length === 0) return names;
  const matches = parseFilters(filter);
  const found = listContainers(world).filter((one) => (all ? whenAll(one) : true) && matches(one));
  return [...names, ...found.map(({ config }) => config.id)];
}

/**
 * Does something with each container and prints its name; one that fails does not keep the rest from being done.
 * Answers the exit code: that of the first error, or 0.
 */
export async function eachContainer(
  references: readonly string[],
  output: Output,
  { ignore = false, print = true }: { readonly ignore?: boolean; readonly print?: boolean },
  act: (reference: string) => unknown,
): Promise<number> {
  let exitCode = 0;
  for (const reference of references) {
    try {
      await act(reference);
      if (print) await output.out(`${reference}\n`);
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      if (ignore && error.code === 'ENOCONTAINER') continue;
      await output.err(`Error: ${error.message}\n`);
      exitCode ||= error.exitCode;
    }
  }
  return exitCode;
}
