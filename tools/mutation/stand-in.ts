/**
 * Stands in for `bun:test` in the scratch clone: keeps the tests of a file instead of running them, so that they can be
 * run again and again. It knows what the unit tests use, and no more.
 */
import { expect } from 'bun:test';

export { expect };

type Action = (...values: never[]) => unknown;

export interface KeptTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

interface Scope {
  readonly names: readonly string[];
  readonly before: Action[];
  readonly after: Action[];
}

let scopes: Scope[] = [];
let kept: KeptTest[] = [];

/** The tests that `load` defines, in order. */
export async function collectTests(load: () => Promise<unknown>): Promise<readonly KeptTest[]> {
  scopes = [{ names: [], before: [], after: [] }];
  kept = [];
  await load();
  return kept;
}

export const test = Object.assign(define, {
  each: (rows: readonly unknown[]) => (name: string, action: Action) => {
    rows.forEach((row, at) => define(titleOf(name, row, at), () => action(...valuesOf(row))));
  },
});

export const describe = Object.assign(within, {
  each: (rows: readonly unknown[]) => (name: string, action: Action) => {
    rows.forEach((row, at) => within(titleOf(name, row, at), () => action(...valuesOf(row))));
  },
});

/** Once, before the first test that needs it. */
export function beforeAll(action: Action): void {
  let done: Promise<unknown> | undefined;
  beforeEach(() => (done ??= Promise.resolve(action())));
}

/** Never: no run is known to be the last. What it would stop ends with the process. */
export function afterAll(_action: Action): void {}

export function beforeEach(action: Action): void {
  scopes.at(-1)!.before.push(action);
}

export function afterEach(action: Action): void {
  scopes.at(-1)!.after.push(action);
}

function define(name: string, action: Action): void {
  const around = [...scopes];
  const run = async (): Promise<void> => {
    try {
      for (const { before } of around) for (const hook of before) await hook();
      await action();
    } finally {
      for (const { after } of around.toReversed()) for (const hook of after) await hook();
    }
  };
  kept.push({ name: [...scopes.at(-1)!.names, name].join(' > '), run });
}

function within(name: string, action: Action): void {
  scopes.push({ names: [...scopes.at(-1)!.names, name], before: [], after: [] });
  action();
  scopes.pop();
}

function valuesOf(row: unknown): never[] {
  return (Array.isArray(row) ? row : [row]) as never[];
}

/** The row's number makes the name unique where its values are not shown. */
function titleOf(name: string, row: unknown, at: number): string {
  const values: unknown[] = [...valuesOf(row)];
  const title = name.replaceAll('%#', `${at}`).replaceAll(/%[spdijo]/g, () => shown(values.shift()));
  return `${title} #${at + 1}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : Bun.inspect(value, { compact: true });
}
