import type { RuntimeSpec } from '../spec/runtime.ts';
import type { PlaceContext } from './context.ts';
import type { HostFacts } from './facts.ts';
import { splitNamespaces, type NamespaceSplit } from './namespaces.ts';
import { specError } from './spec-error.ts';

/** The flag that asked for a field of the runtime spec, else the standing reason, else the field's own name. */
export type Because = (field: string, standing?: string) => string;

/** Everything that the parts of a launch are computed from. */
export interface LaunchRequest {
  readonly spec: RuntimeSpec;
  readonly context: PlaceContext;
  readonly facts: HostFacts;
  readonly namespaces: NamespaceSplit;
  readonly because: Because;
  /** Where the container's root is mounted, on the host. */
  readonly rootPath: string;
}

/** Gathers what the parts share. Throws LimpidError `ESPEC` for a spec that no plan can express. */
export function launchRequest(spec: RuntimeSpec, context: PlaceContext, facts: HostFacts): LaunchRequest {
  refuseUnsupported(spec, context);
  const { rootfs } = context;
  return {
    spec,
    context,
    facts,
    namespaces: splitNamespaces(spec.linux?.namespaces ?? []),
    because: becauseOf(context.because),
    rootPath: rootfs.kind === 'overlay' ? rootfs.merged : rootfs.path,
  };
}

export function becauseOf(flags: Readonly<Record<string, string>>): Because {
  return (field, standing) => flags[field] ?? standing ?? field;
}

/** What the vocabulary has no operation for is refused, so that nothing asked for is silently left out. */
function refuseUnsupported({ linux }: RuntimeSpec, context: PlaceContext): void {
  const asked: [string, unknown][] = [
    ['linux.intelRdt', context.resctrl === undefined ? linux?.intelRdt : undefined],
    ['linux.netDevices', context.netDevices === undefined ? linux?.netDevices : undefined],
  ];
  const field = asked.find(([, value]) => value !== undefined)?.[0];
  if (field !== undefined) throw specError(field, 'limpid has no operation for it yet');
}
