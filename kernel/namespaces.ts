import { NAMESPACE_FILE, type NamespaceType } from '../abi/flags/namespace.ts';
import { readSymlink } from './files.ts';

/** Namespaces of a process that are not the caller's own, by comparing the links of /proc/PID/ns (namespaces(7)). */
export function foreignNamespaces(pid: number): NamespaceType[] {
  const types = Object.keys(NAMESPACE_FILE) as NamespaceType[];
  return types.filter((type) => {
    const theirs = readSymlink(`/proc/${pid}/ns/${NAMESPACE_FILE[type]}`);
    return theirs !== undefined && theirs !== readSymlink(`/proc/self/ns/${NAMESPACE_FILE[type]}`);
  });
}
