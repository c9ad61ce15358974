/** Words of a `run` with the container's name taken out: it bears on nothing but the name. */
export interface MaskedWords {
  readonly words: readonly string[];
  /** As typed; `undefined` where none is. */
  readonly name?: string;
}

const OPTION = '--name';

/**
 * Takes out what follows the first `--name`. Whether that is the option, and not the value of another one or a word of the
 * container's command, is for `keepRun` to find out: the same words around it mean the same.
 */
export function maskName(words: readonly string[]): MaskedWords {
  const at = words.findIndex((word) => word === OPTION || word.startsWith(`${OPTION}=`));
  if (at < 0) return { words };
  const isApart = words[at] === OPTION;
  const name = isApart ? words[at + 1] : words[at]!.slice(OPTION.length + 1);
  if (name === undefined) return { words };
  return { words: [...words.slice(0, at), OPTION, '', ...words.slice(at + (isApart ? 2 : 1))], name };
}
