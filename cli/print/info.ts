import type { EngineInfo } from '../../engine/info.ts';
import { printYaml } from './yaml.ts';

/** The host as YAML, as podman prints it. */
export function printInfo(info: EngineInfo): string {
  return printYaml(info);
}

/**
 * The same for templates, which name fields as podman's structs do, `{{.Host.OCIRuntime.Name}}`; as JSON they are again
 * what they were.
 */
export function infoFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(infoFields);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).flatMap(([key, item]) =>
    fieldNames(key).map((name) => [name, infoFields(item)] as const),
  );
  return Object.defineProperty(Object.fromEntries(fields), 'toJSON', { value: () => value });
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  os: ['OS'],
  cpus: ['CPUs'],
  cgroupVersion: ['CgroupsVersion', 'CgroupVersion'],
  ociRuntime: ['OCIRuntime'],
  selinuxEnabled: ['SELinuxEnabled'],
  apparmorEnabled: ['AppArmorEnabled'],
  seccompEnabled: ['SECCOMPEnabled'],
};

function fieldNames(key: string): readonly string[] {
  return NAMES[key] ?? [key.charAt(0).toUpperCase() + key.slice(1)];
}
