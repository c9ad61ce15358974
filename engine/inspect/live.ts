import { capabilityNames } from '../../abi/capability.ts';
import { listDirectory, readKernelFile, readSymlink } from '../../kernel/files.ts';
import type { LiveFacts } from './facts.ts';

/** What /proc says of a process; `undefined` when it is gone. */
export function readLive(pid: number): LiveFacts | undefined {
  const status = readKernelFile(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const names = namespaceNames(pid);
  const namespaces = names.map((name) => [name, readSymlink(`/proc/${pid}/ns/${name}`)] as const);
  const [effective, bounding] = [maskIn(status, 'CapEff'), maskIn(status, 'CapBnd')];
  const boundingCapabilities = namesOf(bounding);
  return {
    effectiveCapabilities: effective === bounding ? boundingCapabilities : namesOf(effective),
    boundingCapabilities,
    namespaces: Object.fromEntries(namespaces.filter((pair): pair is [string, string] => pair[1] !== undefined)),
  };
}

function namespaceNames(pid: number): string[] {
  try {
    // `pid_for_children` and its like are about processes to come.
    return listDirectory(`/proc/${pid}/ns`)
      .filter((name) => !name.endsWith('_for_children'))
      .sort();
  } catch {
    // It has ended since.
    return [];
  }
}

/** Names of a capability set in the text of /proc/PID/status, sorted as podman sorts them. */
export function capabilitiesIn(status: string, field: 'CapEff' | 'CapBnd'): string[] {
  return namesOf(maskIn(status, field));
}

/** As proc_pid_status(5) writes it: the label, a tab, sixteen hexadecimal digits. */
function maskIn(status: string, field: 'CapEff' | 'CapBnd'): string {
  const label = `${field}:\t`;
  const at = status.indexOf(label);
  return at < 0 ? '0' : status.slice(at + label.length, status.indexOf('\n', at));
}

function namesOf(mask: string): string[] {
  return capabilityNames(BigInt(`0x${mask}`)).sort();
}
