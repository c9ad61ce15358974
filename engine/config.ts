import type { NetworkAttachment, PortMapping } from '../spec/network.ts';
import type { Digest } from '../spec/image.ts';
import type { IdMapping, NamespaceType, Resources } from '../spec/runtime.ts';

/**
 * What the user meant: the engine's own description of one container, stored as `config.json` in its record.
 * Sizes are bytes, times are milliseconds, unless the name says otherwise. Every field is resolved: no
 * defaults are filled in later but those that depend on the root file system (marked *from the image*).
 */
export interface ContainerConfig {
  readonly id: string;
  readonly name: string;
  /** Nobody chose the name: another will do as well where it is taken. */
  readonly nameIsRandom?: boolean;
  /** RFC 3339 with nanoseconds. */
  readonly created: string;
  readonly rootfs: RootfsSource;
  /** The rootfs as the user wrote it (`builtin:busybox`, `host:`, a directory), or an image's name in full. */
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
  /** What the user set; defaults and the image's variables are added at each start. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables of the defaults and *from the image* to leave out; `*` for all of them. */
  readonly unsetEnv?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly domainname?: string;
  /** `USER[:GROUP]`, names or numbers, resolved against the rootfs at each start. */
  readonly user?: string;
  readonly groups: readonly string[];
  readonly workdir?: string;
  readonly umask: number;
  readonly terminal: boolean;
  readonly interactive: boolean;
  readonly readOnly: boolean;
  /** `--read-only-tmpfs`: tmpfs on /tmp, /run, /var/tmp of a read-only container. */
  readonly readOnlyTmpfs: boolean;
  readonly autoRemove: boolean;
  /** With `autoRemove`: who created it leaves the start to others. */
  readonly awaitsStart?: boolean;
  readonly init: boolean;
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly security: SecurityConfig;
  readonly namespaces: Readonly<Record<Exclude<NamespaceType, 'mount'>, NamespaceMode>>;
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
  readonly timeOffsets?: { readonly monotonicSecs?: number; readonly boottimeSecs?: number };
  /** What its network namespace is connected to, in the order of its interfaces; only where that one is `private`. */
  readonly networks?: readonly NetworkAttachment[];
  /** `--publish`. */
  readonly ports?: readonly PortMapping[];
  /** `--publish-all`: every exposed port gets a port of the host at each start. */
  readonly publishAll?: boolean;
  /** `--expose`; the image's come on top at each start. */
  readonly exposed?: readonly Pick<PortMapping, 'protocol' | 'containerPort'>[];
  readonly names?: NameConfig;
  readonly mounts: readonly MountConfig[];
  readonly devices: readonly DeviceConfig[];
  readonly deviceRules: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly ulimits: readonly { readonly type: string; readonly soft: number; readonly hard: number }[];
  readonly oomScoreAdj?: number;
  readonly shmSizeBytes: number;
  readonly cgroupParent?: string;
  readonly resources: Resources;
  readonly log: {
    readonly driver: 'k8s-file' | 'json-file' | 'none';
    readonly maxSizeBytes: number;
    readonly maxFiles: number;
    readonly path?: string;
  };
  readonly stopSignal: number;
  readonly stopTimeoutS: number;
  /** `--timeout`: the container is killed after so many seconds, 0 for never. */
  readonly timeoutS: number;
  readonly restart: { readonly policy: 'no' | 'always' | 'on-failure' | 'unless-stopped'; readonly maxRetries: number };
  readonly pidFile?: string;
  readonly cidFile?: string;
  readonly tz?: string;
  readonly passwdEntries: boolean;
  /** What was typed, for `inspect`; none of a container that a program made. */
  readonly createCommand?: readonly string[];
  /** Which flag asked for what, by runtime-spec field; carried into every operation's `because`. */
  readonly because: Readonly<Record<string, string>>;
}

/** How names become addresses inside. */
export interface NameConfig {
  /** `--dns`, `--dns-search`, `--dns-option`; where there are none, the network's or the host's. */
  readonly servers?: readonly string[];
  readonly search?: readonly string[];
  readonly options?: readonly string[];
  /** `--add-host`: `name:address`, or `name:host-gateway`. */
  readonly hosts?: readonly string[];
  /** `--no-hosts`: /etc/hosts stays the image's. */
  readonly noHosts?: boolean;
  /** `--dns none`: so does /etc/resolv.conf. */
  readonly noResolvConf?: boolean;
}

export type RootfsSource =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'host' }
  | { readonly kind: 'builtin'; readonly name: string }
  /** Digests of its config and its manifest; before the image was looked up (`adoptImage`) they are empty. */
  | { readonly kind: 'image'; readonly id: string; readonly digest: string };

export type NamespaceMode =
  | { readonly kind: 'private' }
  | { readonly kind: 'host' }
  /** Only for `network`: a namespace with nothing but loopback. */
  | { readonly kind: 'none' }
  | { readonly kind: 'container'; readonly container: string }
  | { readonly kind: 'path'; readonly path: string }
  /** Only for `ipc`: private, and others may join it (podman's `shareable`). */
  | { readonly kind: 'shareable' };

export interface SecurityConfig {
  readonly noNewPrivileges: boolean;
  /** `default`, `unconfined`, or a path to an OCI/Docker profile. */
  readonly seccomp: string;
  readonly apparmor?: string;
  readonly selinuxLabel?: string;
  /** `--security-opt mask=…` and `unmask=…` (`ALL` or paths). */
  readonly mask: readonly string[];
  readonly unmask: readonly string[];
  /** `--security-opt proc-opts=…`: further mount options of /proc, such as `hidepid=2`. */
  readonly procOptions?: readonly string[];
}

export interface MountConfig {
  readonly type: 'bind' | 'tmpfs' | 'volume' | 'devpts' | 'mqueue' | 'ramfs' | 'image';
  /** Host path of a bind, volume name of a volume (`''` for an anonymous one), name of an image. */
  readonly source?: string;
  /** Of an image; before it was looked up (`adoptImage`) there is none. */
  readonly imageId?: Digest;
  readonly destination: string;
  /**
   * fstab-like words, as the runtime-spec's `mounts[].options`, and podman's: `O` for an overlay over the source (with
   * `upperdir=` and `workdir=`), `U` for a source that is given to who runs inside.
   */
  readonly options: readonly string[];
  /** The flag as typed, for explanations. */
  readonly because: string;
}

export interface DeviceConfig {
  readonly hostPath: string;
  readonly path: string;
  /** Subset of `rwm`. */
  readonly permissions: string;
}
