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

/** Shell commands that print the names of all of a kind. */
export const LISTS = {
  container: "limpid ps -a --format '{{.Names}}' 2>/dev/null",
  image: "limpid images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null",
} as const;

export function isListed(completion: string | undefined): completion is keyof typeof LISTS {
  return completion !== undefined && Object.hasOwn(LISTS, completion);
}

/** First words of commands of two: `container`, `image`. */
export function groupNames(commands: readonly CalledCommand[]): string[] {
  const pairs = commands.flatMap(({ words }) => (words.includes(' ') ? [words.split(' ')[0]!] : []));
  return [...new Set(pairs)];
}
export const SIGNALS = 'HUP INT QUIT KILL USR1 USR2 TERM CONT STOP WINCH';
