import { LimpidError } from '../base/error.ts';
import type { HostFacts } from '../plan/facts.ts';
import { executorBytes } from '../kernel/assets.ts';
import { gatherFacts } from '../kernel/facts.ts';
import { currentUid } from '../kernel/process.ts';
import { selfCommand } from './self-command.ts';

export interface WorldOptions {
  /** What outlives a reboot: /var/lib/limpid, or ~/.local/share/limpid. */
  readonly root?: string;
  /** What a reboot should forget: /run/limpid, or $XDG_RUNTIME_DIR/limpid. */
  readonly runroot?: string;
  /** The words that start `limpid`, for monitors that have more to decide (restart policies); see `selfCommand`. */
  readonly command?: readonly string[];
}

/** One state of the engine: two directories and what was measured of the host. Separate worlds never meet. */
export class World {
  readonly root: string;
  readonly runroot: string;
  readonly #command: readonly string[] | undefined;
  #facts: HostFacts | undefined;
  #executor: Promise<Uint8Array> | undefined;

  constructor({ root, runroot, command }: WorldOptions = {}) {
    this.#command = command;
    this.root = root === undefined ? defaultRoot() : placeOf(root, 'root');
    this.runroot = runroot === undefined ? defaultRunroot() : placeOf(runroot, 'runroot');
  }

  /** The words that choose this world; none for the usual one. */
  chosenPlaces(): readonly string[] {
    const places = this.root === defaultRoot() ? [] : ['--root', this.root];
    if (this.runroot !== defaultRunroot()) places.push('--runroot', this.runroot);
    return places;
  }

  /** A command line of `limpid` in this world. */
  commandLine(...words: readonly string[]): readonly string[] {
    return [...(this.#command ?? selfCommand()), '--root', this.root, '--runroot', this.runroot, ...words];
  }

  /** Measured once a command: nothing of it changes while one runs. */
  get facts(): HostFacts {
    return (this.#facts ??= gatherFacts());
  }

  /** The static C program that carries out plans. */
  get executor(): Promise<Uint8Array> {
    return (this.#executor ??= executorBytes());
  }
}

/** Absolute, and in one spelling: by these words a world's firewall table is found again. */
function placeOf(path: string, option: 'root' | 'runroot'): string {
  if (path === '')
    throw new LimpidError({ code: 'EOPTION', doing: 'use', subject: `--${option} ""`, why: 'a directory is wanted' });
  const names: string[] = [];
  for (const name of (path.startsWith('/') ? path : `${process.cwd()}/${path}`).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

function defaultRoot(): string {
  return currentUid() === 0
    ? '/var/lib/limpid'
    : `${Bun.env['XDG_DATA_HOME'] ?? `${Bun.env['HOME']}/.local/share`}/limpid`;
}

function defaultRunroot(): string {
  return currentUid() === 0 ? '/run/limpid' : `${Bun.env['XDG_RUNTIME_DIR'] ?? `/run/user/${currentUid()}`}/limpid`;
}
