import type { Process, RuntimeSpec } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import type { EndpointRecord } from '../networks/endpoint-record.ts';
import type { ContainerPaths } from '../records/paths.ts';
import type { ContainerState } from '../records/state.ts';

/** What is shown of a runtime spec, which is computed at each start and not kept. */
export interface ShownSpec extends Pick<RuntimeSpec, 'hostname' | 'mounts' | 'linux'> {
  readonly process?: Pick<Process, 'args' | 'env' | 'cwd' | 'rlimits'> & Partial<Pick<Process, 'capabilities'>>;
}

/** All that an inspect document is made of. */
export interface InspectFacts {
  /** How often its restart policy has started it. */
  readonly restarts: number;
  readonly config: ContainerConfig;
  readonly paths: ContainerPaths;
  readonly state: ContainerState;
  /** What the config means today; absent where it means nothing, because a device or a joined container is gone. */
  readonly spec?: ShownSpec;
  /** Read-only layers, topmost first. */
  readonly lower: readonly string[];
  readonly logPath: string;
  /** What its last start got of networks. */
  readonly network?: EndpointRecord;
  /** What the kernel says of the first process, while it lives. */
  readonly live?: LiveFacts;
  /** Ids of the containers whose namespaces it joins. */
  readonly dependencies: readonly string[];
}

export interface LiveFacts {
  readonly effectiveCapabilities: readonly string[];
  readonly boundingCapabilities: readonly string[];
  /** `pid:[4026531836]` by the names in /proc/PID/ns. */
  readonly namespaces: Readonly<Record<string, string>>;
}
