const NAME = 'limpid-runtime';

/** The words for the runtime, where the program was called as `limpid-runtime` or `limpid runtime`; else undefined. */
export function runtimeWords(calledAs: string, words: readonly string[]): readonly string[] | undefined {
  if (calledAs.slice(calledAs.lastIndexOf('/') + 1) === NAME) return words;
  return words[0] === 'runtime' ? words.slice(1) : undefined;
}
