const MAX_BYTES = 15;
/** What /proc/sys/net has beside interfaces, and what no directory can be called. */
const TAKEN: ReadonlySet<string> = new Set(['.', '..', 'all', 'default']);

/** How such a name is said to be wanted. */
export const INTERFACE_NAME_WANTED =
  'at most 15 characters without "/", ":", "%" and spaces, and not "all" or "default"';

/** Whether Linux lets an interface be called so: dev_valid_name(), and no "%", which would be a pattern. */
export function isInterfaceName(text: string): boolean {
  const bytes = new TextEncoder().encode(text).length;
  return bytes > 0 && bytes <= MAX_BYTES && !/[/:%\s]/.test(text) && !TAKEN.has(text);
}
