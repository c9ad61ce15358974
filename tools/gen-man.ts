/** Writes the man pages of the program and of each command: bun tools/gen-man.ts DIRECTORY */
import { COMMANDS } from '../cli/commands/index.ts';
import { commandPage, describeManPage } from '../cli/help/man-page.ts';

const directory = process.argv[2] ?? 'build/man';
await Bun.write(`${directory}/limpid.1`, await describeManPage([]));
for (const load of Object.values(COMMANDS)) {
  const { command } = await load();
  if (command.hidden) continue;
  await Bun.write(`${directory}/limpid-${command.name.replaceAll(' ', '-')}.1`, commandPage(command));
}
