import { formatDecimalSize } from '../../base/size.ts';
import { printable } from '../../base/printable.ts';
import type { Descriptor, LayerProgress } from '../../engine/images/pull.ts';
import { errorsAreOnTerminal, errorsWindow } from '../../engine/output.ts';
import type { Output } from '../output.ts';

/** How a pull goes on, for people: on stderr, as ids are on stdout. */
export interface PullProgress extends LayerProgress {
  trying(name: string): void;
  notice(line: string): void;
  /** Behind the last word: the screen is as it stays. */
  end(): void;
}

const REDRAW_MS = 100;
const BAR = 24;

/** A line a layer on a terminal, plain lines elsewhere, nothing where it is to be quiet. */
export function pullProgress(output: Output, { quiet }: { readonly quiet: boolean }): PullProgress {
  if (quiet) return SILENT;
  return errorsAreOnTerminal() ? new Bars(output) : new Lines(output);
}

const nothing = (): void => {};
const SILENT: PullProgress = {
  begin: nothing,
  received: nothing,
  done: nothing,
  trying: nothing,
  notice: nothing,
  end: nothing,
};

class Lines implements PullProgress {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  trying = (name: string): void => this.#say(`Trying to pull ${name.replace(/^docker:\/\//, '')}...`);
  notice = (line: string): void => this.#say(line);

  begin(): void {}

  received(): void {}

  done({ digest }: Descriptor, was: 'there' | 'received'): void {
    this.#say(`Copying blob ${digest}${was === 'there' ? ' skipped: already exists' : ''}`);
  }

  end(): void {}

  #say(line: string): void {
    void this.#output.err(`${printable(line)}\n`);
  }
}

interface Bar {
  readonly layer: Descriptor;
  bytes: number;
  state: 'waiting' | 'there' | 'received';
}

/** A line for each layer: above, as they stay, those that are there; below, drawn anew, those that come. */
class Bars implements PullProgress {
  readonly #output: Output;
  #bars: Bar[] = [];
  #drawn = 0;
  #drawnAt = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  trying = (name: string): void => this.#say(`Trying to pull ${name.replace(/^docker:\/\//, '')}...`);
  notice = (line: string): void => this.#say(line);

  begin(layers: readonly Descriptor[]): void {
    this.#bars = layers.map((layer) => ({ layer, bytes: 0, state: 'waiting' }));
    this.#drawn = 0;
    this.#draw();
  }

  received({ digest }: Descriptor, bytes: number): void {
    const bar = this.#bars.find(({ layer }) => layer.digest === digest);
    if (bar !== undefined) bar.bytes += bytes;
    if (performance.now() - this.#drawnAt > REDRAW_MS) this.#draw();
  }

  done({ digest }: Descriptor, was: 'there' | 'received'): void {
    const bar = this.#bars.find(({ layer, state }) => layer.digest === digest && state === 'waiting');
    if (bar !== undefined) bar.state = was;
    this.#draw();
  }

  end(): void {
    this.#bars = [];
  }

  /** What is drawn again has to fit: the cursor does not get above the screen, and a line that wraps is two. */
  #draw(): void {
    this.#drawnAt = performance.now();
    const { rows, columns } = errorsWindow();
    const up = this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A\x1b[J`;
    const ready = this.#bars.filter(({ state }) => state !== 'waiting').map(describe);
    this.#bars = this.#bars.filter(({ state }) => state === 'waiting');
    const coming = this.#bars.slice(0, Math.max(1, rows - 2)).map((bar) => describe(bar).slice(0, columns - 1));
    void this.#output.err(up + [...ready, ...coming].map((line) => `${line}\n`).join(''));
    this.#drawn = coming.length;
  }

  #say(line: string): void {
    void this.#output.err(`${printable(line)}\n`);
    this.#drawn = 0;
  }
}

function describe({ layer, bytes, state }: Bar): string {
  const digest = layer.digest.slice(layer.digest.indexOf(':') + 1).slice(0, 12);
  const whole = formatDecimalSize(layer.size);
  if (state === 'there') return `Copying blob ${digest} skipped: already exists`;
  if (state === 'received') return `Copying blob ${digest} done   ${whole}`;
  const filled = layer.size === 0 ? BAR : Math.min(BAR, Math.floor((bytes / layer.size) * BAR));
  const bar = `${'='.repeat(filled)}${filled < BAR ? '>' : ''}`.padEnd(BAR).slice(0, BAR);
  return `Copying blob ${digest} [${bar}] ${formatDecimalSize(bytes)} / ${whole}`;
}
