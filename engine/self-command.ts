/**
 * The words that start `limpid` again from a monitor: the one file itself, or Bun with the source's entry. A program
 * that embeds the engine and is itself compiled says its own through `WorldOptions.command`.
 */
export function selfCommand(): readonly string[] {
  const isCompiled = Bun.main.startsWith('/$bunfs/');
  return isCompiled ? [process.execPath] : [process.execPath, `${import.meta.dir}/../cli/main.ts`];
}
