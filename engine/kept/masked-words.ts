import { statPath } from '../../kernel/file-status.ts';
import { idOfName } from '../records/names.ts';
import { VALID_NAME } from '../records/read.ts';
import type { World } from '../world.ts';

/** In place of words that bear on nothing but the name of a container, or on which one it is; native/again_words.c has the same. */
const MASK = '\x01';

/** As a command has them: those behind its options are its arguments. */
export interface CommandWords {
  readonly words: readonly string[];
  readonly args: readonly string[];
}

/** Words of a `run` with the container's name taken out: it bears on nothing but the name. */
export interface MaskedWords {
  readonly words: readonly string[];
  /** As typed; `undefined` where none is. */
  readonly name?: string;
}

const OPTION = '--name';

/**
 * Takes out the first `--name`. Whether that is the option, and not the value of another one or a word of the container's
 * command, is for `keepRun` to find out: the same words around it mean the same. `undefined` where several words of the
 * options look like it, as then another name in its place would be another thing; and where one is the mask itself.
 */
export function maskName({ words, args }: CommandWords): MaskedWords | undefined {
  const isOption = (word: string) => word === OPTION || word.startsWith(`${OPTION}=`);
  const at = words.findIndex(isOption);
  const options = words.slice(0, words.length - args.length);
  if (words.includes(MASK) || options.filter(isOption).length > 1) return undefined;
  if (at < 0) return { words };
  const isApart = words[at] === OPTION;
  const name = isApart ? words[at + 1] : words[at]!.slice(OPTION.length + 1);
  if (name === undefined) return { words };
  return { words: [...words.slice(0, at), MASK, ...words.slice(at + (isApart ? 2 : 1))], name };
}

const FULL_ID = /^[0-9a-f]{64}$/;

/**
 * Words of an `exec` with the container taken out: the first word that is one's name or whole id. `undefined` where that is
 * another word than the one that was meant, such as a user of the same name.
 */
export function maskContainer(world: World, { words, args }: CommandWords): string[] | undefined {
  const isContainer = (word: string) =>
    FULL_ID.test(word)
      ? statPath(`${world.runroot}/containers/${word}`) !== undefined
      : VALID_NAME.test(word) && idOfName(world, word) !== undefined;
  const at = words.length - args.length;
  return words.findIndex(isContainer) === at && !words.includes(MASK) ? words.with(at, MASK) : undefined;
}
