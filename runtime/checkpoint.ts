import { runtimeError } from './runtime-error.ts';

/** CRIU is not driven yet, whether it is installed or not: better to say so than to do half of it. */
export function refuseCheckpoint(verb: string): never {
  throw runtimeError('ECRIU', verb, 'the container', 'limpid-runtime does not drive CRIU');
}
