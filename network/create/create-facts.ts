import type { LimpidError } from '../../base/error.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import type { UsedSubnet } from './used-subnets.ts';

/** What a new network depends on, besides what is asked for. */
export interface CreateFacts {
  readonly id: string;
  readonly created: string;
  readonly networks: readonly NetworkConfig[];
  readonly interfaces: readonly string[];
  readonly used: readonly UsedSubnet[];
  /** Those of them that a subnet somebody asks for must not overlap; all, unless said. */
  readonly asked?: readonly UsedSubnet[];
  /** The interface of the default route. */
  readonly outgoing?: string;
  /** Five bytes, for the block of a network with IPv6. */
  readonly random: Uint8Array;
}

export type Failed = (code: string, why: string, hint?: string) => LimpidError;
