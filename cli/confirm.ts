import type { Output } from './output.ts';

/** Asks on the terminal; whatever is not a yes is a no. */
export async function confirms(output: Output, question: string): Promise<boolean> {
  await output.out(`${question} [y/N] `);
  for await (const line of console) return /^y(es)?$/i.test(line.trim());
  return false;
}
