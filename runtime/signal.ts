import { parseSignal } from '../abi/signal.ts';

/** As kill(1) reads it: a name with or without SIG, or a number; 0 only asks whether the process is there. */
export function parseRuntimeSignal(word: string): number | undefined {
  return word === '0' ? 0 : parseSignal(word);
}
