import { CLONE_FLAG } from '../../abi/flags/clone.ts';
import type { NamespaceType } from '../../abi/flags/namespace.ts';
import { NAMESPACE_FILE } from '../../abi/flags/namespace.ts';
import type { Op } from '../ops.ts';
import { privilegeProgram, type Program } from './invocation.ts';
import type { Place } from './place.ts';
import { quote } from './quote.ts';

/**
 * Operations that change the process itself: in a script, a program of util-linux that goes on with the next part.
 * `undefined` for those that are commands, or parts of the container's invocation.
 */
export function entryProgram({ op, slots, pivoted }: Place): Program | undefined {
  switch (op.op) {
    case 'unshare':
      return unshareProgram(op.flags, []);
    case 'setns':
      return setnsProgram(op, pivoted ? KEPT_FILE : slots.get(op.slot));
    case 'setsid':
      return { name: 'setsid', options: [] };
    case 'setresuid':
    case 'setresgid':
    case 'setgroups':
      return pivoted ? undefined : privilegeProgram([op]);
    default:
      return undefined;
  }
}

/** unshare(1) for a set of CLONE_NEW* flags. It would make all mounts private on its own; that is the plan's to say. */
export function unshareProgram(flags: number | bigint, options: readonly string[]): Program {
  const types = namespaceTypes(flags).map((type) => `--${NAMESPACE_FILE[type].replace('mnt', 'mount')}`);
  const unchanged = types.includes('--mount') ? ['--propagation', 'unchanged'] : [];
  // A program loses the new user namespace's capabilities at execve(2) unless they are ambient.
  const keep = types.includes('--user') ? ['--keep-caps'] : [];
  return { name: 'unshare', options: [...options, ...types, ...unchanged, ...keep] };
}

/** Descriptor 9 keeps the file of a namespace that is entered when the host's /proc is out of sight. */
export const KEPT = 9;
const KEPT_FILE = `/proc/self/fd/${KEPT}`;

/** nsenter(1) for one namespace. pid and time are for children alone, so the process itself goes on. */
function setnsProgram({ flags }: Op<'setns'>, path: string | undefined): Program {
  const [type] = namespaceTypes(flags);
  if (type === undefined || path === undefined) {
    throw new RangeError('a shell script joins namespaces one by one, by their files');
  }
  const option = `--${NAMESPACE_FILE[type].replace('mnt', 'mount')}=${quote(path)}`;
  return { name: 'nsenter', options: type === 'pid' || type === 'time' ? [option, '--no-fork'] : [option] };
}

function namespaceTypes(flags: number | bigint): readonly NamespaceType[] {
  const types = Object.keys(CLONE_FLAG) as NamespaceType[];
  return types.filter((type) => (BigInt(flags) & BigInt(CLONE_FLAG[type])) !== 0n);
}
