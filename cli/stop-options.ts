import type { StopOptions } from '../engine/containers/stop.ts';
import { signalNumber } from './parse/signal.ts';

/** What `--time` and `--signal` of stop and restart say. Throws EOPTION. */
export function stopOptions({ time, signal }: { readonly time?: number; readonly signal?: string }): StopOptions {
  return {
    ...(time === undefined ? {} : { timeoutS: time }),
    ...(signal === undefined ? {} : { signal: signalNumber(signal) }),
  };
}
