import { interfaceState } from '../../kernel/interface-state.ts';
import { fingerprint, statPath } from '../../kernel/file-status.ts';
import { readKernelFile, readSymlink, statInRoot } from '../../kernel/files.ts';
import type { ProcessIdentity } from '../../kernel/process.ts';
import { statfs } from '../../kernel/statfs.ts';

/**
 * Something that a kept plan was computed from: the kind of look, what is looked at, and what is found there now.
 * native/again_facts.c looks again.
 */
export type Fact = readonly [kind: string, subject: string, found: string];

/** The whole text of a file of the kernel's. */
export function fileFact(path: string): Fact {
  return ['file', path, readKernelFile(path) ?? ''];
}

/** Lines of a file of the kernel's, by how they begin; they stand there one behind the other. */
export function linesFact(path: string, ...labels: readonly string[]): Fact {
  const lines = (readKernelFile(path) ?? '')
    .split('\n')
    .filter((line) => labels.some((label) => line.startsWith(label)));
  return ['has', path, `\n${lines.join('\n')}\n`];
}

/** Where a symlink leads, as those of /proc/PID/ns do. */
export function linkFact(path: string): Fact {
  return ['link', path, readSymlink(path) ?? ''];
}

/** Which file stands at a path, or that none does. */
export function pathFact(path: string): Fact {
  return ['path', path, fingerprint(statPath(path))];
}

/** The same below a root that is not to be trusted. */
export function insideFact(root: string, path: string): Fact {
  return ['inside', `${root}\n${path}`, fingerprint(statInRoot(root, path))];
}

/** What kind of file system a path is on. */
export function fileSystemFact(path: string): Fact {
  return ['type', path, String(statfs(path)?.[0] ?? '')];
}

/** A variable of the environment. */
export function variableFact(name: string): Fact {
  const value = Bun.env[name];
  return ['env', name, value === undefined ? '' : `=${value}`];
}

/** That this very process lives. */
export function processFact({ pid, startTime }: ProcessIdentity): Fact {
  return ['process', String(pid), startTime];
}

/** The same, and that nobody else has become its parent: its monitor lives. */
export function childFact({ pid, startTime }: ProcessIdentity, parentPid: number): Fact {
  return ['child', `${pid} ${parentPid}`, startTime];
}

/** That an interface is up, and the same one. */
export function interfaceFact(name: string): Fact {
  return ['interface', name, interfaceState(name)?.mac.toHex() ?? ''];
}
