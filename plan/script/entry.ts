import { CLONE_FLAG } from '../../abi/flags/clone.ts';
import type { NamespaceType } from '../../abi/flags/namespace.ts';
import { NAMESPACE_FILE } from '../../abi/flags/namespace.ts';
import type { Op } from '../ops.ts';
import { SLOT } from '../slots.ts';
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

/** Whether a program enters another mount namespace, and with it another root. */
export function entersRoot(op: Op): boolean {
  return op.op === 'setns' && namespaceTypes(op.flags).includes('mount');
}

/**
 * nsenter(1) by the file of one namespace, or by the process in `$target` where the plan has a pidfd. pid and time
 * are for children alone, so the process itself goes on.
 */
function setnsProgram({ slot, flags }: Op<'setns'>, path: string | undefined): Program {
  const types = namespaceTypes(flags);
  const by = slot === SLOT.target ? ['--target "$target"'] : [];
  if (by.length === 0 && (types.length !== 1 || path === undefined)) {
    throw new RangeError('a shell script joins namespaces one by one, by their files');
  }
  const options = types.map((type) => {
    const option = `--${NAMESPACE_FILE[type].replace('mnt', 'mount')}`;
    return by.length > 0 ? option : `${option}=${quote(path!)}`;
  });
  const stays = types.every((type) => type === 'pid' || type === 'time') ? ['--no-fork'] : [];
  // nsenter(1) opens it before it enters: so the host's /usr stays the working directory.
  const directory = types.includes('mount') ? ['--wd=/usr'] : [];
  return { name: 'nsenter', options: [...by, ...options, ...stays, ...directory] };
}

function namespaceTypes(flags: number | bigint): readonly NamespaceType[] {
  const types = Object.keys(CLONE_FLAG) as NamespaceType[];
  return types.filter((type) => (BigInt(flags) & BigInt(CLONE_FLAG[type])) !== 0n);
}
