import { NAMESPACE_FILE } from '../../abi/flags/namespace.ts';
import { readSymlink } from '../../kernel/files.ts';

/** Inode numbers of a process's namespaces by the file names of /proc/PID/ns: what lsns(8) shows as NS. */
export function namespaceInodes(pid: number): Record<string, string> {
  const found: Record<string, string> = {};
  for (const file of Object.values(NAMESPACE_FILE)) {
    const inode = /\[(\d+)\]/.exec(readSymlink(`/proc/${pid}/ns/${file}`) ?? '')?.[1];
    if (inode !== undefined) found[file] = inode;
  }
  return found;
}
