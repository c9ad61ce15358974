import { fileURLToPath } from 'node:url';
import { World } from '../../engine/world.ts';
import { ended, text, type FaultWorld } from './fault-world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXECUTOR = Bun.env['LIMPID_EXECUTOR'] ?? `${ROOT}build/native/executor`;

/** The world as its tests see it, but that each executor runs below strace. */
export class TracedWorld extends World {
  readonly #place: string;
  readonly #wrapper: Promise<Uint8Array>;

  constructor({ path, root, runroot }: FaultWorld) {
    super({ root, runroot });
    this.#place = path;
    this.#wrapper = compileWrapper(path);
  }

  override get executor(): Promise<Uint8Array> {
    return this.#wrapper;
  }

  /** What strace is told for the executors to come. */
  async inject(...options: readonly string[]): Promise<void> {
    const words = ['/usr/bin/strace', '-o', `${this.#place}/trace`, '-e', 'signal=none', ...options, EXECUTOR];
    await Bun.write(`${this.#place}/before`, words.map((word) => `${word}\n`).join(''));
  }

  /** Every system call of the last one: its name, and the how manieth of that name it was. */
  calls(): { readonly call: string; readonly count: number }[] {
    const counts = new Map<string, number>();
    return [...text(`${this.#place}/trace`).matchAll(/^(?:\d+ +)?(\w+)\(/gm)].map(([, call = '']) => {
      const count = (counts.get(call) ?? 0) + 1;
      counts.set(call, count);
      return { call, count };
    });
  }
}

async function compileWrapper(place: string): Promise<Uint8Array> {
  const source = fileURLToPath(new URL('executor-wrapper.c', import.meta.url));
  const { code, err } = await ended(['gcc', `-DBEFORE="${place}/before"`, '-o', `${place}/wrapper`, source]);
  if (code !== 0) throw new Error(`gcc: ${err}`);
  return Bun.file(`${place}/wrapper`).bytes();
}
