import { addElements, removeElements } from '../../abi/nftables/set.ts';
import type { Change } from '../../abi/nftables/batch.ts';
import type { PlacedElement } from './network-elements.ts';
import { SETS } from './table.ts';

/** Elements that the sets have afterwards, as they may have had them before. */
export function placeElements(table: string, elements: readonly PlacedElement[]): Change[] {
  const changes: Change[] = [];
  for (const { name } of SETS) {
    changes.push(
      ...addElements(
        table,
        name,
        elements.filter(({ set }) => set === name),
      ),
    );
  }
  return changes;
}

/** Elements that the sets have no longer. All of them must be there, or the whole batch is refused (ENOENT). */
function dropElements(table: string, elements: readonly PlacedElement[]): Change[] {
  const changes: Change[] = [];
  for (const { name } of SETS) {
    changes.push(
      ...removeElements(
        table,
        name,
        elements.filter(({ set }) => set === name),
      ),
    );
  }
  return changes;
}

/**
 * Elements that the sets have no longer, whether or not they had them. One that has another value by now is somebody
 * else's: that refuses the whole batch (EEXIST).
 */
export function takeElements(table: string, elements: readonly PlacedElement[]): Change[] {
  return [...placeElements(table, elements), ...dropElements(table, elements)];
}
