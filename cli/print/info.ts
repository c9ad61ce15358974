import type { EngineInfo } from '../../engine/info.ts';
import { printYaml } from './yaml.ts';

/** The host as YAML, as podman prints it. */
export function printInfo(info: EngineInfo): string {
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
