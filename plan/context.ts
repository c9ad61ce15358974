import type { Op } from './ops.ts';

/** What building a container needs beyond the runtime spec: where its things are on this host. */
export interface PlaceContext {
  readonly id: string;
  readonly rootfs: OverlayRootfs | { readonly kind: 'directory'; readonly path: string };
  /** seccomp program for `spec.linux.seccomp`, when it was compiled ahead of time. */
  readonly seccompProgram?: Uint8Array;
  /** Which flag asked for what, by spec field (`linux.resources.memory.limit` → `--memory 128m`). */
  readonly because: Readonly<Record<string, string>>;
  /** Host files to bind over the container's: /etc/hostname, /etc/hosts, /etc/resolv.conf come as spec mounts. */
  readonly bringLoopbackUp: boolean;
  /** What the sources of the spec's bind mounts are, as they were when looked at; `directory` where unsaid. */
  readonly sourceKinds?: Readonly<Record<string, 'file' | 'directory'>>;
  /** How the cgroup of a container is made that others have a hand in; the engine's own is new, and all its own. */
  readonly sharedCgroup?: SharedCgroup;
  /** Interfaces of the host that the container gets. */
  readonly netDevices?: NetDeviceOps;
  /** Where it goes in resctrl. */
  readonly resctrl?: ResctrlOps;
  /** The working directory is not there, and is made for the container's user. */
  readonly makeWorkdir?: boolean;
  /** `--no-pivot`: the root is moved, as pivot_root(2) refuses it. */
  readonly noPivot?: boolean;
}

/** How interfaces get into a container: behind the clone, and in the child once it is in its network namespace. */
export interface NetDeviceOps {
  readonly host: readonly Op[];
  readonly child: readonly Op[];
}

/** How it gets into resctrl, and the directories there that go with it. */
export interface ResctrlOps {
  readonly join: readonly Op[];
  readonly own: readonly string[];
}

export interface SharedCgroup {
  /** `disabled`: the container stays in the caller's cgroups. */
  readonly mode: 'joined' | 'disabled';
  /** The container's own directory exists, with nobody in it. */
  readonly exists: boolean;
  /** All of those that are there already. */
  readonly existing?: readonly string[];
  /** Directories on the way to it whose cpuset (v1) somebody has filled already: they are left as they are. */
  readonly filledCpusets: readonly string[];
  /** v1: what it may use already, as lines of devices.list, where that is not everything. */
  readonly devices?: readonly string[];
}

/** What the networks of a container add to its launch, as `network/` has computed it. */
export interface NetworkPlan {
  /** Host stage, before the clone: what the networks themselves lack. */
  readonly before: readonly Op[];
  /** Host stage, behind the clone: the host's ends of its interfaces. */
  readonly host: readonly Op[];
  /** Child stage, behind the gate: addresses and routes. */
  readonly child: readonly Op[];
  readonly cleanup: readonly Op[];
}

/** What the launch of a supervised container needs. */
export interface LaunchContext extends PlaceContext {
  readonly network?: NetworkPlan;
  /** Host paths mentioned in `removeAfterwards` vanish with the container (`--rm`). */
  readonly removeAfterwards: readonly string[];
  readonly supervision: Supervision;
  /** The child is killed after so many seconds; 0 for never. */
  readonly deadlineS: number;
  /** Where the child's pid is written, for whoever asked. */
  readonly pidFile?: string;
  /** Run by the monitor behind the clean-up, where there is more to decide (restart policy). */
  readonly afterwards?: { readonly path: string; readonly argv: readonly string[] };
}

export interface OverlayRootfs {
  readonly kind: 'overlay';
  /** Topmost first, as in overlayfs' lowerdir=. */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
  /** overlayfs' `volatile`: no sync on unmount, for containers that do not outlive their run. */
  readonly volatile: boolean;
}

export interface Supervision {
  readonly stdin: boolean;
  readonly log: {
    readonly driver: 'k8s-file' | 'json-file' | 'none';
    readonly path: string;
    readonly maxBytes: number;
    readonly maxFiles: number;
  };
  readonly socketPath: string;
  readonly startRecord: string;
  /** First words of the start record: what the monitor cannot know itself (boot id, time of day). */
  readonly startPrefix: string;
  readonly exitRecord: string;
  /** Whether the exit record must survive a power cut. */
  readonly durable: boolean;
}
