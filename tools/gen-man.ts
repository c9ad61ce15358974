/** Writes the manual, one page a command, into a directory: bun tools/gen-man.ts DIRECTORY */
import { loadCommands } from '../cli/commands/index.ts';
import { commandPage, programPage } from '../cli/help/man-page.ts';

const directory = process.argv[2]!;
const commands = await loadCommands();
await Bun.write(`${directory}/limpid.1`, programPage(commands));
for (const command of commands) {
  await Bun.write(`${directory}/limpid-${command.name.replaceAll(' ', '-')}.1`, commandPage(command));
}
