/** `LIMPID_TRACE=1`: one line a phase, with the µs since this process began. Costs nothing where it is off. */
let isOn = Bun.env['LIMPID_TRACE'] === '1';
const lines: string[] = [];

/** Traces from here on, as `--log-level debug` asks. */
export function startTrace(): void {
  isOn = true;
}

export function isTracing(): boolean {
  return isOn;
}

/** Marks the end of a phase. */
export function tracePhase(name: string): void {
  if (isOn) mark(name);
}

// Apart, as a function that names `Math` makes it, and that costs 0.06 ms, even where it does not come to it.
function mark(name: string): void {
  lines.push(`${String(Math.round(Bun.nanoseconds() / 1000)).padStart(8)} limpid   ${name}\n`);
}

/** The marks so far, as text. */
export function takeTrace(): string {
  return lines.splice(0).join('');
}
