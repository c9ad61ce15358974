import type { IdMapping, RuntimeSpec, Seccomp } from '../../spec/runtime.ts';

/**
 * What a runtime spec depends on beyond the container's config: what the image and its root file system say, and
 * what was looked up on this host. Gathered by the caller at each start, so that the spec itself is a pure function.
 */
export interface SpecInputs {
  /** `root.path` of the spec: where the root file system is, or will be, mounted. */
  readonly rootPath: string;
  readonly image: ImageDefaults;
  /** Text of the rootfs's /etc/passwd and /etc/group; absent where it has none. Not trusted. */
  readonly passwd?: string;
  readonly group?: string;
  /** This machine's host name, for containers that share its UTS or network namespace. */
  readonly hostHostname: string;
  /** Devices asked for by `--device`, or all of them for a privileged container. */
  readonly hostDevices: readonly HostDevice[];
  /** Pids of running containers whose namespaces are joined, by the reference that the config holds. */
  readonly joined: Readonly<Record<string, number>>;
  /** The id maps of a user namespace that is joined. */
  readonly joinedMaps?: IdMaps;
  /** Host directories of volumes: by name, or by destination for anonymous ones. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Host directories of overlays over a source or of an image, by destination. */
  readonly overlays: Readonly<Record<string, string>>;
  /** Files made for this container, by destination: /etc/hostname, /etc/hosts, /etc/resolv.conf. */
  readonly files: Readonly<Record<string, string>>;
  /** Host paths of the file systems that hang below the host's root, for a container whose root file system that is. */
  readonly hostMounts?: readonly string[];
  /** Host directory to share as /dev/shm, for containers that share an IPC namespace; else it gets a new tmpfs. */
  readonly shm?: string;
  /** Host path of the small init that `--init` puts before the command. */
  readonly initPath?: string;
  /** The profile that `security.seccomp` names, read and resolved; see `wantsSeccomp`. */
  readonly seccomp?: Seccomp;
}

export interface IdMaps {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
}

/** The runtime part of an image's config; empty for a plain directory. */
export interface ImageDefaults {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** `NAME=value` words. */
  readonly env?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
}

export interface HostDevice {
  readonly path: string;
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  /** Permission bits alone. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The spec, and who asked for each of its fields: a flag as typed, or `default: …`. Keys as in `Reasons`. */
export interface ReasonedSpec {
  readonly spec: RuntimeSpec;
  readonly because: Readonly<Record<string, string>>;
}
