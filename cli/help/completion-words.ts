import type { CommandDefinition } from '../parse/command.ts';

/** A command as it is called: its words, and what it is. */
export interface CalledCommand {
  readonly words: string;
  readonly command: CommandDefinition;
}

/** The visible options of a command as `--name` and `-n`. */
export function flagsOf({ options }: CommandDefinition): string[] {
  const visible = Object.entries(options).filter(([, { hidden }]) => hidden !== true);
  return [
    ...visible.flatMap(([name, { short }]) => (short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`])),
    '--help',
  ];
}

/** Shell command that prints the names of all containers. */
export const LIST_CONTAINERS = "limpid ps -a --format '{{.Names}}' 2>/dev/null";
export const SIGNALS = 'HUP INT QUIT KILL USR1 USR2 TERM CONT STOP WINCH';
