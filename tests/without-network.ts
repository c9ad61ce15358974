/**
 * The words of a `run` or `create` that says nothing of networks, with `--network=none`: these tests leave the networks
 * of the machine alone. Others ask for what they want, in a network namespace of their own.
 */
export function withoutNetwork(words: readonly string[]): string[] {
  const at = words[0] === 'container' ? 1 : 0;
  const command = words[at];
  const isCreation = command === 'run' || command === 'create';
  if (!isCreation || words.some((word) => /^--net(work)?(=|$)/.test(word))) return [...words];
  return [...words.slice(0, at + 1), '--network=none', ...words.slice(at + 1)];
}
