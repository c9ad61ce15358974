import type { LimpidError } from '../base/error.ts';
import { runtimeError } from './runtime-error.ts';

/** The files of one container below the runtime's root. */
export class ContainerFiles {
  readonly id: string;
  readonly directory: string;

  constructor(root: string, id: string) {
    this.id = id;
    this.directory = `${root}/${id}`;
  }

  /** What `create` was asked for, and what `start` and `delete` need of its plan. */
  get state(): string {
    return `${this.directory}/state.json`;
  }

  /** The config.json as it was, without what was unknown in it. */
  get config(): string {
    return `${this.directory}/config.json`;
  }

  /** The operations of its plan from the start gate on. */
  get behindGate(): string {
    return `${this.directory}/behind-gate.json`;
  }

  /** Pid and start time: written by the executor, in one rename. */
  get process(): string {
    return `${this.directory}/process`;
  }

  /** What the launcher does without us, and the plan of clean-up operations that `delete` is then: runtime/direct.ts. */
  get direct(): string {
    return `${this.directory}/direct`;
  }

  get deletePlan(): string {
    return `${this.directory}/delete.plan`;
  }

  /** The plan of an earlier `exec`: runtime/exec-template.ts. */
  get execTemplate(): string {
    return `${this.directory}/exec.template`;
  }

  get execProcess(): string {
    return `${this.directory}/exec.process`;
  }

  /** The start gate: there as long as nobody has started the container. */
  get gate(): string {
    return `${this.directory}/start.sock`;
  }

  /** Held while `start` or `delete` is at work. */
  get lock(): string {
    return `${this.directory}/lock`;
  }

  /** Held while `create` is at work. */
  get createLock(): string {
    return `${this.directory}/create.lock`;
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-.';

/** A regular expression's first use costs 0.1 ms. */
function isName(id: string): boolean {
  for (let at = 0; at < id.length; at++) if (!LETTERS.includes(id[at]!)) return false;
  return id !== '';
}

/** Throws EID for an id that is no name of a directory. */
export function checkId(id: string): string {
  if (isName(id) && id !== '.' && id !== '..' && id.length <= 255) return id;
  throw runtimeError(
    'EID',
    'use',
    `container ID ${JSON.stringify(id)}`,
    'invalid id format: letters, digits and _+-. are allowed',
  );
}

export function containerAbsent(id: string): LimpidError {
  return runtimeError('ENOCONTAINER', 'find', `container "${id}"`, 'container does not exist');
}
