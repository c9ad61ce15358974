import { readLink, readXattrs, type TreeNode } from '../../kernel/tree.ts';
import { closeShown, isDirectory, namesIn, openLayers, openShown, type Shown } from '../rootfs/merged-tree.ts';

export interface Change {
  readonly kind: 'added' | 'changed' | 'deleted';
  /** Absolute, as the container sees it. */
  readonly path: string;
}

/** What counts. */
interface Eyes {
  /** Names below the root, bytes as one character each, that are no change. */
  readonly isOwn: (path: string) => boolean;
  /** Directories that are no change where they are empty: the way to something mounted. */
  readonly ways: ReadonlySet<string>;
  /** Of two files that both show, whether nothing was changed. */
  readonly isSame: (from: Shown, to: Shown) => boolean;
}

/**
 * What shows otherwise in one stack of layers than in another, topmost first, sorted by path. Layers that both end with are not
 * looked into, unless one of them hides what they have.
 */
export function changesBetween(from: readonly string[], to: readonly string[], eyes: Eyes): Change[] {
  const walk = new ChangeWalk(commonBelow(from, to), eyes);
  const [old, now] = [openLayers(from), openLayers(to)];
  try {
    walk.directory(old, now, '');
  } finally {
    closeShown([...old, ...now]);
  }
  return walk.changes;
}

class ChangeWalk {
  readonly changes: Change[] = [];
  readonly #common: ReadonlySet<string>;
  readonly #eyes: Eyes;

  constructor(common: ReadonlySet<string>, eyes: Eyes) {
    this.#common = common;
    this.#eyes = eyes;
  }

  /** Whether anything in a directory is otherwise. */
  directory(old: Shown, now: Shown, prefix: string): boolean {
    let any = false;
    for (const name of this.#touchedNames(old, now)) {
      if (this.#eyes.isOwn(prefix + name)) continue;
      const [before, after] = [openShown(old, name), openShown(now, name)];
      try {
        any = this.#one(before, after, prefix + name) || any;
      } finally {
        closeShown([...before, ...after]);
      }
    }
    return any;
  }

  #one(before: Shown, after: Shown, path: string): boolean {
    const at = this.changes.length;
    if (after.length === 0) {
      if (before.length === 0 || this.#isWayOnly(before, path)) return false;
      this.#tell('deleted', path, at);
      return true;
    }
    const inside = isDirectory(after) && this.directory(isDirectory(before) ? before : [], after, `${path}/`);
    if (!inside && isDirectory(after) && this.#eyes.ways.has(path) && (before.length === 0 || isLike(before, after)))
      return false;
    if (!inside && before.length > 0 && this.#eyes.isSame(before, after)) return false;
    this.#tell(before.length === 0 ? 'added' : 'changed', path, at);
    return true;
  }

  /** A directory that is only the way to something mounted is no change. */
  #isWayOnly(gone: Shown, path: string): boolean {
    if (!this.#eyes.ways.has(path) || !isDirectory(gone)) return false;
    const at = this.changes.length;
    const any = this.directory(gone, [], `${path}/`);
    this.changes.length = at;
    return !any;
  }

  /** Before what is told of its own files. */
  #tell(kind: Change['kind'], path: string, at: number): void {
    this.changes.splice(at, 0, { kind, path: `/${Buffer.from(path, 'latin1').toString()}` });
  }

  #touchedNames(old: Shown, now: Shown): string[] {
    const shared = (shown: Shown) => shown.filter(({ layer }) => this.#common.has(layer)).length;
    const all = [...old, ...now];
    return namesIn(shared(old) === shared(now) ? all.filter(({ layer }) => !this.#common.has(layer)) : all);
  }
}

/** Layers at the bottom of both stacks. */
function commonBelow(from: readonly string[], to: readonly string[]): Set<string> {
  let count = 0;
  while (count < from.length && count < to.length && from.at(-1 - count) === to.at(-1 - count)) count++;
  return new Set(count === 0 ? [] : from.slice(-count));
}

/** The same file of the same layer: whatever an upper layer has anew was written. */
export function isCopyOf([before]: Shown, [after]: Shown): boolean {
  return before!.layer === after!.layer;
}

/** As containers/storage compares them: the times of directories say nothing. */
export function isLike(before: Shown, after: Shown): boolean {
  return isCopyOf(before, after) || describe(before[0]!.node) === describe(after[0]!.node);
}

function describe(node: TreeNode): string {
  const { kind, mode, uid, gid, major, minor, size, mtime } = node;
  const xattrs = [...readXattrs(node)].filter(([name]) => !name.startsWith('trusted.overlay.'));
  const own = kind === 'directory' ? [] : [size, mtime, kind === 'symlink' ? readLink(node) : ''];
  return JSON.stringify([kind, mode, uid, gid, major, minor, own, xattrs.toSorted().map(([k, v]) => [k, ...v])]);
}
