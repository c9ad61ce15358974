import { LimpidError } from '../base/error.ts';
import { statPath } from '../kernel/file-status.ts';
import { readText } from '../kernel/files.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { parseSpec } from '../spec/validate.ts';
import { runtimeError } from './runtime-error.ts';
import { isBind } from './source-kinds.ts';

export interface Bundle {
  readonly path: string;
  readonly spec: RuntimeSpec;
  /** The root file system, as an absolute path. */
  readonly rootfs: string;
}

/** This runtime speaks 1.0 to 1.3, and their unfinished versions. */
const NEWEST_MINOR = 3;

/** Reads config.json of a bundle, its paths made absolute. Throws ENOBUNDLE, ESPEC, ENOROOTFS. */
export function readBundle(path: string, config = `${path}/config.json`): Bundle {
  const text = readText(config);
  if (text === undefined) {
    const hint = 'a bundle is a directory with a config.json in it: see --bundle';
    throw runtimeError('ENOBUNDLE', 'read', `"${config}"`, 'no such file or directory', hint);
  }
  const spec = asRuntimeError(() => parseSpec(text));
  checkVersion(spec.ociVersion);
  return { path, spec: withAbsoluteSources(spec, path), rootfs: rootfsOf(spec, path) };
}

/** Failures of a spec end a runtime with 1, where the engine ends with 125. */
export function asRuntimeError<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof LimpidError)) throw error;
    Object.defineProperty(error, 'exitCode', { value: 1 });
    throw error;
  }
}

function checkVersion(version: string): void {
  const minor = Number(version.split('.')[1]);
  if (minor <= NEWEST_MINOR) return;
  throw runtimeError('ESPEC', 'use', '"ociVersion" of the runtime spec', `${version} is newer than 1.${NEWEST_MINOR}`);
}

function rootfsOf({ root }: RuntimeSpec, bundle: string): string {
  if (root === undefined) throw runtimeError('ESPEC', 'use', '"root" of the runtime spec', 'it is missing');
  const path = absolute(root.path, bundle);
  const kind = statPath(path)?.kind;
  if (kind === 'directory') return path;
  const why = kind === undefined ? 'no such file or directory' : `it is a ${kind}, and no directory`;
  throw runtimeError('ENOROOTFS', 'use', `"root.path" "${path}" of the runtime spec`, why);
}

/** runtime-spec, Mounts: "relative to the bundle". */
function withAbsoluteSources(spec: RuntimeSpec, bundle: string): RuntimeSpec {
  if (spec.mounts === undefined) return spec;
  const mounts = spec.mounts.map((mount) => {
    if (!isBind(mount) || mount.source === undefined) return mount;
    return { ...mount, source: absolute(mount.source, bundle) };
  });
  return { ...spec, mounts };
}

export function absolute(path: string, base: string): string {
  return path.startsWith('/') ? path : `${base}/${path}`.replaceAll('/./', '/');
}
