import { groupEntries, MAX_ID, parseId, passwdEntries, type PasswdEntry } from '../../abi/passwd.ts';
import { LimpidError } from '../../base/error.ts';

/** The rootfs's own user data base, as text that is not trusted. */
export interface UserFiles {
  readonly passwd?: string;
  readonly group?: string;
}

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** Sorted, with the primary group among them unless it is root's alone. */
  readonly additionalGids: readonly number[];
  /** Those among them that were asked for by `--group-add`. */
  readonly requestedGids: readonly number[];
  readonly home: string;
}

const LOOKS_NUMERIC = /^[+-]?\d/;

/**
 * Resolves `USER`, `USER:GROUP` or `''` (root) against the rootfs's files, by the rules of runc, podman and Docker:
 * what is written in digits is an id even where a name of these digits exists, the first entry wins, and the
 * supplementary groups of /etc/group count only where no group was written. An unknown name is `ENOUSER` or
 * `ENOGROUP`; a number outside 0..2^31-1, signed or hexadecimal is `EOPTION`. `extra` is `--group-add`.
 */
export function resolveUser(text: string, files: UserFiles, extra: readonly string[] = []): ResolvedUser {
  const [userText = '', groupText = '', ...more] = text.split(':');
  if (more.length > 0) throw badId('user', text, 'it has more than one ":"');
  const entry = findUser(userText, files.passwd ?? '');
  const uid = entry?.uid ?? userId(userText);
  const wanted = new Set(groupText === '' ? extra : [groupText, ...extra]);
  const { gids, memberships } = scanGroups(files.group ?? '', wanted, groupText === '' ? entry?.name : undefined);
  const gid = groupText === '' ? (entry?.gid ?? 0) : gids.get(groupText)!;
  const requestedGids = extra.map((name) => gids.get(name)!);
  const supplementary = new Set([...memberships, ...requestedGids]);
  // A process whose gid is not among its groups could slip past a file mode that denies the group (CVE-2022-2989).
  if (gid !== 0 || supplementary.size > 0) supplementary.add(gid);
  const additionalGids = [...supplementary].sort((a, b) => a - b);
  return { uid, gid, additionalGids, requestedGids, home: entry?.home ?? '/' };
}

function findUser(text: string, passwd: string): PasswdEntry | undefined {
  const isId = text === '' || /^\d+$/.test(text);
  const uid = parseId(text === '' ? '0' : text);
  for (const entry of passwdEntries(passwd)) {
    if (isId ? entry.uid === uid : entry.name === text) return entry;
  }
  return undefined;
}

function userId(text: string): number {
  if (text === '') return 0;
  // Not every rootfs has a passwd file, and root needs none.
  if (text === 'root') return 0;
  const uid = parseId(text);
  if (uid !== undefined) return uid;
  if (LOOKS_NUMERIC.test(text)) throw badId('user', text, `ids are decimal, from 0 to ${MAX_ID}`);
  throw new LimpidError({
    code: 'ENOUSER',
    doing: 'find',
    subject: `user "${text}"`,
    why: "the root file system's /etc/passwd has no valid entry of this name",
    hint: 'a number works without an entry',
  });
}

/** One pass over the file: the ids of the wanted groups, and the groups that list the member. */
function scanGroups(text: string, wanted: ReadonlySet<string>, member: string | undefined) {
  const gids = new Map<string, number>();
  const memberships = new Set<number>();
  for (const name of wanted) {
    const gid = parseId(name);
    if (gid !== undefined) gids.set(name, gid);
  }
  for (const entry of groupEntries(text)) {
    if (wanted.has(entry.name) && !gids.has(entry.name)) gids.set(entry.name, entry.gid);
    if (member !== undefined && entry.members.includes(member)) memberships.add(entry.gid);
  }
  for (const name of wanted) if (!gids.has(name)) gids.set(name, groupId(name));
  return { gids, memberships };
}

function groupId(text: string): number {
  if (text === 'root') return 0;
  if (LOOKS_NUMERIC.test(text)) throw badId('group', text, `ids are decimal, from 0 to ${MAX_ID}`);
  throw new LimpidError({
    code: 'ENOGROUP',
    doing: 'find',
    subject: `group "${text}"`,
    why: "the root file system's /etc/group has no valid entry of this name",
    hint: 'a number works without an entry',
  });
}

function badId(kind: 'user' | 'group', text: string, why: string): LimpidError {
  return new LimpidError({ code: 'EOPTION', doing: 'understand', subject: `${kind} "${text}"`, why });
}
