import type { CapabilitySets, Process, User } from '../../spec/runtime.ts';
import type { OptionValues } from '../parse/option.ts';
import { optionError } from '../parse/option-error.ts';
import type { EXEC_OPTIONS } from './exec-options.ts';

type ExecValues = OptionValues<typeof EXEC_OPTIONS>;

/** The container's own process with the flags of `exec` laid over it. */
export function execProcess(base: Process, args: readonly string[], options: ExecValues): Process {
  const { terminal: _terminal, consoleSize: _size, ...kept } = base;
  return {
    ...kept,
    terminal: options.tty,
    args: [...args],
    env: [...(base.env ?? []), ...options.env],
    user: userOf(base.user ?? { uid: 0, gid: 0 }, options),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.apparmor === undefined ? {} : { apparmorProfile: options.apparmor }),
    ...(options['process-label'] === undefined ? {} : { selinuxLabel: options['process-label'] }),
    ...(options['no-new-privs'] ? { noNewPrivileges: true } : {}),
    ...(options.cap.length === 0 ? {} : { capabilities: withCapabilities(base.capabilities ?? {}, options.cap) }),
  };
}

function userOf(base: User, { user, 'additional-gids': groups }: ExecValues): User {
  const more = groups.map((word) => idOf('--additional-gids', word));
  const additionalGids = [...(base.additionalGids ?? []), ...more];
  if (user === undefined) return { ...base, additionalGids };
  const [uid = '', gid, ...rest] = user.split(':');
  if (rest.length > 0) throw optionError(`${JSON.stringify(user)} for --user`, 'UID or UID:GID is wanted');
  return { ...base, uid: idOf('--user', uid), gid: gid === undefined ? base.gid : idOf('--user', gid), additionalGids };
}

/** A runtime knows no names: they are the business of its caller. */
function idOf(flag: string, word: string): number {
  const id = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
  if (id <= 0xfffffffe) return id;
  throw optionError(`${JSON.stringify(word)} for ${flag}`, 'a number from 0 to 4294967294 is wanted');
}

function withCapabilities(sets: CapabilitySets, names: readonly string[]): CapabilitySets {
  const upper = names.map((name) => name.toUpperCase()).map((name) => (name.startsWith('CAP_') ? name : `CAP_${name}`));
  const add = (set: readonly string[] = []) => [...new Set([...set, ...upper])];
  return { ...sets, bounding: add(sets.bounding), effective: add(sets.effective), permitted: add(sets.permitted) };
}
