import type { Output } from '../output.ts';

/** The id of a manifest list as podman prints it, digits alone. */
export async function printListId(output: Output, id: string): Promise<void> {
  await output.out(`${id.slice(id.indexOf(':') + 1)}\n`);
}
