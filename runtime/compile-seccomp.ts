import type { HostFacts } from '../plan/facts.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { asRuntimeError } from './bundle.ts';

/** The program of `linux.seccomp`. Throws ESECCOMP for a rule that makes no sense. */
export async function compileFilter(
  { linux }: RuntimeSpec,
  { arch }: Pick<HostFacts, 'arch'>,
): Promise<{ seccompProgram?: Uint8Array }> {
  const { seccomp } = linux ?? {};
  if (seccomp === undefined) return {};
  const [{ encodeBpf }, { compileSeccomp }] = await Promise.all([
    import('../abi/bpf/wire.ts'),
    import('../abi/seccomp/compile.ts'),
  ]);
  return asRuntimeError(() => ({ seccompProgram: encodeBpf(compileSeccomp(seccomp, { arch })) }));
}
