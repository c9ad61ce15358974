import type { versionFields } from '../../engine/version.ts';

/** The version as text, laid out as podman's. */
export function printVersion(client: ReturnType<typeof versionFields>): string {
  const lines = [
    ['Client:', 'Limpid Engine'],
    ['Version:', client.Version],
    ['API Version:', client.APIVersion],
    ['Runtime:', client.Runtime],
    ...(client.GitCommit === '' ? [] : [['Git Commit:', client.GitCommit]]),
    ['OS/Arch:', client.OsArch],
  ];
  return lines.map(([label, value]) => `${label!.padEnd(14)}${value}\n`).join('');
}
