import { version } from '../package.json' with { type: 'json' };
import { hostArch } from '../kernel/arch.ts';

/** Put in by the build, where there is a repository to ask. */
declare const LIMPID_COMMIT: string | undefined;

export interface EngineVersion {
  readonly version: string;
  /** Empty where it is not known. */
  readonly gitCommit: string;
  readonly bunVersion: string;
  readonly os: 'linux';
  /** As Go names it: what `OS/ARCH` of images says. */
  readonly arch: 'amd64' | 'arm64';
}

export function engineVersion(): EngineVersion {
  return {
    version,
    gitCommit: typeof LIMPID_COMMIT === 'undefined' ? '' : LIMPID_COMMIT,
    bunVersion: Bun.version,
    os: 'linux',
    arch: hostArch === 'aarch64' ? 'arm64' : 'amd64',
  };
}

/** The same under the names that podman has for them. */
export function versionFields({ version, gitCommit, bunVersion, os, arch }: EngineVersion) {
  return {
    APIVersion: version,
    Version: version,
    Runtime: `Bun ${bunVersion}`,
    GitCommit: gitCommit,
    OsArch: `${os}/${arch}`,
    Os: os,
  };
}
