import type { EngineVersion } from '../../engine/version.ts';

/** The version as `version --format` sees it: podman's field names, and what this one is built with. */
export function versionFields({ version, gitCommit, bunVersion, os, arch }: EngineVersion) {
  return {
    Client: {
      APIVersion: version,
      Version: version,
      Runtime: `Bun ${bunVersion}`,
      GitCommit: gitCommit,
      OsArch: `${os}/${arch}`,
      Os: os,
    },
  };
}

/** The version as text, laid out as podman's. */
export function printVersion({ Client }: ReturnType<typeof versionFields>): string {
  const lines = [
    ['Client:', 'Limpid Engine'],
    ['Version:', Client.Version],
    ['API Version:', Client.APIVersion],
    ['Runtime:', Client.Runtime],
    ...(Client.GitCommit === '' ? [] : [['Git Commit:', Client.GitCommit]]),
    ['OS/Arch:', Client.OsArch],
  ];
  return lines.map(([label, value]) => `${label!.padEnd(14)}${value}\n`).join('');
}
