import { printYaml } from './yaml.ts';

/** What `info` tells, with podman's key names. Sizes are bytes. */
export interface HostInfo {
  readonly host: {
    readonly arch: string;
    readonly os: string;
    readonly hostname: string;
    readonly kernel: string;
    readonly cpus: number;
    readonly memTotal: number;
    readonly memFree: number;
    readonly swapTotal: number;
    readonly swapFree: number;
    /** `0h 54m 28.00s` */
    readonly uptime: string;
    readonly distribution: { readonly distribution: string; readonly version: string };
    readonly cgroupManager: 'cgroupfs';
    /** `v1`, `v2`, or `hybrid`. */
    readonly cgroupVersion: string;
    readonly cgroupControllers: readonly string[];
    readonly logDriver: string;
    readonly security: {
      readonly rootless: boolean;
      readonly seccompEnabled: boolean;
      readonly apparmorEnabled: boolean;
      readonly selinuxEnabled: boolean;
      /** Comma-separated names that a container has unless it is told otherwise. */
      readonly capabilities: string;
    };
  };
  readonly store: {
    readonly graphRoot: string;
    readonly runRoot: string;
    readonly graphDriverName: 'overlay';
    readonly containerStore: {
      readonly number: number;
      readonly running: number;
      readonly paused: number;
      readonly stopped: number;
    };
  };
  readonly version: { readonly Version: string; readonly OsArch: string };
}

/** The host as YAML, as podman prints it. */
export function printInfo(info: HostInfo): string {
  return printYaml(info);
}

/** The same for templates, which name fields as podman's structs do: `{{.Host.CgroupVersion}}`. */
export function infoFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(infoFields);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [fieldName(key), infoFields(item)]));
}

const INITIALS: Readonly<Record<string, string>> = {
  os: 'OS',
  cpus: 'CPUs',
  selinuxEnabled: 'SELinuxEnabled',
  apparmorEnabled: 'AppArmorEnabled',
  seccompEnabled: 'SECCOMPEnabled',
};

function fieldName(key: string): string {
  return INITIALS[key] ?? key.charAt(0).toUpperCase() + key.slice(1);
}
