import type { Op } from './ops.ts';
import { SLOT } from './slots.ts';

const S_IFREG = 0o100000;

/** Makes the targets of mounts below the container's root, each directory once. */
export class MountTargets {
  readonly #known = new Set<string>();
  /** Mount points, and whether the kernel fills them: nothing can be made in such, and nothing needs to be. */
  readonly #kernelFilled = new Map<string, boolean>();

  /** A new file system hides what was made below its target. */
  covered(target: string, type: string): void {
    for (const path of this.#known) if (isBelow(path, target)) this.#known.delete(path);
    for (const path of this.#kernelFilled.keys()) if (isBelow(path, target)) this.#kernelFilled.delete(path);
    this.#kernelFilled.set(target, KERNEL_FILLED.has(type));
  }

  directory(target: string, because: string): Op[] {
    const ops: Op[] = [];
    if (this.#known.has(target)) return ops;
    for (const path of withParents(target)) {
      if (this.#known.has(path) || this.#isKernelFilled(path)) continue;
      this.#known.add(path);
      ops.push({ op: 'mkdir', stage: 'child', because, at: SLOT.root, path, mode: 0o755, existOk: true });
    }
    return ops;
  }

  file(target: string, because: string): Op[] {
    const ops = this.directory(parentOf(target), because);
    if (this.#known.has(target) || this.#isKernelFilled(target)) return ops;
    this.#known.add(target);
    return [...ops, makeFile(target, because)];
  }

  /** The innermost mount that a path lies in decides. */
  #isKernelFilled(path: string): boolean {
    for (let parent = parentOf(path); parent !== '/'; parent = parentOf(parent)) {
      const filled = this.#kernelFilled.get(parent);
      if (filled !== undefined) return filled;
    }
    return false;
  }
}

const KERNEL_FILLED = new Set(['proc', 'sysfs', 'cgroup', 'cgroup2', 'devpts', 'mqueue']);

function makeFile(path: string, because: string): Op {
  return {
    op: 'mknod',
    stage: 'child',
    because,
    at: SLOT.root,
    path,
    mode: S_IFREG | 0o644,
    device: 0,
    existOk: true,
  };
}

/** `/a/b` gives `/a`, `/a/b`. */
function withParents(path: string): string[] {
  const names = path.split('/').filter(Boolean);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(parent === '/' ? '/' : `${parent}/`) && path !== parent;
}
