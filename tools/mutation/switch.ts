/** What an instrumented source calls, and the one mutant that is on. */
export interface MutantSwitch {
  /** Switches one mutant on, or with -1 none, and forgets what was reached. */
  readonly turn: (id: number, mostCalls?: number) => void;
  /** Which mutants' places were passed since. */
  readonly reached: () => number[];
  readonly calls: () => number;
}

/** Ends what a mutant made endless: nothing else would, in one thread. */
export class RanAway extends Error {}

/** Defines `__mutant` for the instrumented sources that are loaded from here on. */
export function installSwitch(count: number): MutantSwitch {
  const passed = new Uint8Array(count);
  let on = -1;
  let calls = 0;
  let most = Infinity;
  const isOn = (id: number): boolean => {
    passed[id] = 1;
    if (++calls > most) throw new RanAway(`the mutant passed ${most} places`);
    return id === on;
  };
  Object.assign(globalThis, { __mutant: isOn });
  return {
    turn: (id, mostCalls = Infinity) => {
      passed.fill(0);
      [on, calls, most] = [id, 0, mostCalls];
    },
    reached: () => [...passed.keys()].filter((id) => passed[id] === 1),
    calls: () => calls,
  };
}
