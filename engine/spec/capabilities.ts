import {
  ALL_CAPABILITIES,
  capabilityMask,
  capabilityNames,
  DEFAULT_CAPABILITIES,
  parseCapabilityMask,
} from '../../abi/capability.ts';
import { LimpidError } from '../../base/error.ts';
import type { HostFacts } from '../../plan/facts.ts';
import type { CapabilitySets } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';

type Wanted = Pick<ContainerConfig, 'privileged' | 'capAdd' | 'capDrop'>;
type Held = Pick<HostFacts, 'capabilities' | 'lastCapability'>;

/**
 * The five capability sets. Root has what is allowed as bounding, effective and permitted set; another user holds
 * nothing but what `--cap-add` names, made ambient so that it survives execve. Nothing is ever more than the caller
 * itself holds: `ALL` and `--privileged` are clipped to that, a capability asked for by name is `ECAPABILITY`.
 */
export function capabilitySets(wanted: Wanted, uid: number, facts: Held): CapabilitySets {
  const held = facts.capabilities & ((1n << BigInt(facts.lastCapability + 1)) - 1n);
  const bounding = boundingMask(wanted, held);
  const names = capabilityNames(bounding);
  if (uid === 0) return { bounding: names, effective: names, permitted: names, inheritable: [], ambient: [] };
  const added = capabilityNames(parseCapabilityMask(wanted.capAdd) & bounding);
  return { bounding: names, effective: added, permitted: added, inheritable: added, ambient: added };
}

function boundingMask({ privileged, capAdd, capDrop }: Wanted, held: bigint): bigint {
  const added = parseCapabilityMask(capAdd);
  const dropped = parseCapabilityMask(capDrop);
  const addsAll = capAdd.some(isAll);
  const dropsAll = capDrop.some(isAll);
  if (addsAll && dropsAll) throw contradiction('ALL');
  const [both] = addsAll || dropsAll ? [] : capabilityNames(added & dropped);
  if (both !== undefined) throw contradiction(both);
  if (!addsAll) checkHeld(added, held);
  if (dropsAll) return added;
  const base = privileged || addsAll ? ALL_CAPABILITIES : capabilityMask(DEFAULT_CAPABILITIES);
  return (base | added) & ~dropped & held;
}

function checkHeld(added: bigint, held: bigint): void {
  const [missing] = capabilityNames(added & ~held);
  if (missing === undefined) return;
  throw new LimpidError({
    code: 'ECAPABILITY',
    doing: 'add',
    subject: `capability "${missing}"`,
    why: 'limpid itself does not hold it, and nobody can give what they do not have',
    hint: 'run as root with all capabilities, or leave it out',
  });
}

function contradiction(name: string): LimpidError {
  return new LimpidError({
    code: 'EOPTION',
    doing: 'add',
    subject: `capability "${name}"`,
    why: 'it is to be dropped as well',
  });
}

function isAll(word: string): boolean {
  return word.toUpperCase() === 'ALL';
}
