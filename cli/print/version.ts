export interface VersionInfo {
  readonly Client: {
    readonly Version: string;
    readonly APIVersion: string;
    /** Of the runtime: `Bun 1.4.5`. */
    readonly Runtime: string;
    readonly OsArch: string;
    readonly Os: string;
  };
}

/** The version as text, laid out as podman's. */
export function printVersion({ Client }: VersionInfo): string {
  const lines = [
    ['Client:', 'Limpid Engine'],
    ['Version:', Client.Version],
    ['API Version:', Client.APIVersion],
    ['Runtime:', Client.Runtime],
    ['OS/Arch:', Client.OsArch],
  ];
  return lines.map(([label, value]) => `${label!.padEnd(14)}${value}\n`).join('');
}
