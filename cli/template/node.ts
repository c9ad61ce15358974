/** The tree of a template. `offset` is where a node begins in the source, `source` how it is written. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with';
      readonly pipe: Pipe;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | {
      readonly kind: 'range';
      readonly pipe: Pipe;
      /** Names for the key and the value, or for the value alone. */
      readonly names: readonly string[];
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' };

export interface Pipe {
  readonly commands: readonly Command[];
  /** `$x := …` declares, `$x = …` sets. */
  readonly variable?: { readonly name: string; readonly declares: boolean };
}

/** A function or a value with what it is called with. */
export interface Command {
  readonly head: Operand;
  readonly args: readonly Operand[];
  readonly offset: number;
}

export type Operand = (
  | { readonly kind: 'dot' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
) & {
  /** The fields behind it: `A`, `B` of `.A.B`. */
  readonly fields: readonly string[];
  readonly offset: number;
  readonly source: string;
};
