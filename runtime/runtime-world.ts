import type { HostFacts } from '../plan/facts.ts';
import { executorBytes } from '../kernel/assets.ts';
import { gatherFacts } from '../kernel/facts.ts';
import { currentUid } from '../kernel/process.ts';

export interface RuntimeOptions {
  /** Where the states of containers are; /run/limpid-runtime, or below $XDG_RUNTIME_DIR. */
  readonly root?: string;
  /** `disabled`: containers stay in the caller's cgroups. */
  readonly cgroups?: 'cgroupfs' | 'systemd' | 'disabled';
  /** What may be said and is no failure. */
  readonly warn?: (message: string) => void;
}

/** One scope of containers: whoever says the same `root` sees the same. */
export class RuntimeWorld {
  readonly root: string;
  readonly cgroups: 'cgroupfs' | 'systemd' | 'disabled';
  readonly warn: (message: string) => void;
  #facts: HostFacts | undefined;
  #executor: Promise<Uint8Array> | undefined;

  constructor({ root = defaultRoot(), cgroups = 'cgroupfs', warn = () => {} }: RuntimeOptions = {}) {
    this.root = root;
    this.cgroups = cgroups;
    this.warn = warn;
  }

  get facts(): HostFacts {
    return (this.#facts ??= gatherFacts());
  }

  executor(): Promise<Uint8Array> {
    return (this.#executor ??= executorBytes());
  }
}

export function runsAsRoot(): boolean {
  return currentUid() === 0;
}

function defaultRoot(): string {
  if (currentUid() === 0) return '/run/limpid-runtime';
  return `${Bun.env['XDG_RUNTIME_DIR'] ?? `/tmp/limpid-runtime-${currentUid()}`}/limpid-runtime`;
}
