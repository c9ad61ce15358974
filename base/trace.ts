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
  if (isOn) lines.push(`${String(Math.round(performance.now() * 1000)).padStart(8)} limpid   ${name}\n`);
}

/** The marks so far, as text. */
export function takeTrace(): string {
  return lines.splice(0).join('');
}
