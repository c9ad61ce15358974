import { capabilityNumber } from '../abi/capability.ts';
import type { HostFacts } from '../plan/facts.ts';
import type { CapabilitySets, Process, RuntimeSpec } from '../spec/runtime.ts';

/** All of them are the caller's to give: nearly always so, and quickly seen. */
function isPlain({ bounding, effective, permitted, inheritable, ambient }: CapabilitySets, own: bigint): boolean {
  for (const set of [bounding, effective, permitted, inheritable, ambient])
    for (const name of set ?? []) {
      const number = capabilityNumber(name);
      if (number === undefined || ((own >> BigInt(number)) & 1n) === 0n) return false;
    }
  return true;
}

/**
 * The process without what cannot be granted. runtime-spec, Process: such capabilities "MUST be logged as a warning",
 * and the runtime "SHOULD NOT fail". In a user namespace of its own a process has every capability that the kernel knows.
 */
export function grantable(
  process: Process,
  { linux }: RuntimeSpec,
  { capabilities, lastCapability }: HostFacts,
  warn: (message: string) => void,
): Process {
  if (process.capabilities === undefined) return process;
  if (isPlain(process.capabilities, capabilities)) return process;
  const inOwnUsers = linux?.namespaces?.some(({ type }) => type === 'user') ?? false;
  const refused = new Set<string>();
  const isGranted = (name: string): boolean => {
    const number = capabilityNumber(name);
    const granted =
      number !== undefined &&
      number <= lastCapability &&
      (inOwnUsers || ((capabilities >> BigInt(number)) & 1n) === 1n);
    if (!granted) refused.add(name);
    return granted;
  };
  const sets = Object.entries(process.capabilities) as [keyof CapabilitySets, string[]][];
  const kept = Object.fromEntries(sets.map(([set, names]) => [set, names.filter(isGranted)]));
  if (refused.size > 0) warn(`process.capabilities: cannot be granted here, and left out: ${[...refused].join(', ')}`);
  return { ...process, capabilities: kept };
}
