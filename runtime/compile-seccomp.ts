import { encodeBpf } from '../abi/bpf/wire.ts';
import { compileSeccomp } from '../abi/seccomp/compile.ts';
import type { HostFacts } from '../plan/facts.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { asRuntimeError } from './bundle.ts';

/** The program of `linux.seccomp`. Throws ESECCOMP for a rule that makes no sense. */
export function compileFilter(
  { linux }: RuntimeSpec,
  { arch }: Pick<HostFacts, 'arch'>,
): { seccompProgram?: Uint8Array } {
  const { seccomp } = linux ?? {};
  if (seccomp === undefined) return {};
  return asRuntimeError(() => ({ seccompProgram: encodeBpf(compileSeccomp(seccomp, { arch })) }));
}
