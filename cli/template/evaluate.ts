import { FunctionFailure } from './function-failure.ts';
import type { Command, Node, Operand, Pipe } from './node.ts';
import type { Scope } from './scope.ts';
import { executionError, type Source } from './template-error.ts';
import { isTrue, printValue } from './value.ts';

type Leave = 'break' | 'continue' | undefined;

/** Carries out a template on `data` and answers its text. Throws ETEMPLATE. */
export function evaluateTemplate(
  source: Source,
  nodes: readonly Node[],
  data: unknown,
  { scope, show }: { readonly scope: Scope; readonly show: (value: string) => string },
): string {
  const evaluation = new Evaluation(source, data, scope, show);
  evaluation.walk(nodes, data);
  return evaluation.text;
}

class Evaluation {
  text = '';
  readonly #source: Source;
  readonly #scope: Scope;
  readonly #show: (value: string) => string;
  readonly #variables: { readonly name: string; value: unknown }[];

  constructor(source: Source, data: unknown, scope: Scope, show: (value: string) => string) {
    this.#source = source;
    this.#scope = scope;
    this.#show = show;
    this.#variables = [{ name: '', value: data }];
  }

  walk(nodes: readonly Node[], dot: unknown): Leave {
    for (const node of nodes) {
      const leave = this.#visit(node, dot);
      if (leave !== undefined) return leave;
    }
    return undefined;
  }

  #visit(node: Node, dot: unknown): Leave {
    if (node.kind === 'text') this.text += node.text;
    else if (node.kind === 'print') this.#print(node.pipe, dot);
    else if (node.kind === 'break' || node.kind === 'continue') return node.kind;
    else return this.#control(node, dot);
    return undefined;
  }

  #print(pipe: Pipe, dot: unknown): void {
    const value = this.#pipe(pipe, dot);
    if (pipe.variable === undefined)
      this.text += value === null || value === undefined ? '<no value>' : this.#show(printValue(value));
  }

  #control(node: Extract<Node, { pipe: Pipe; body: readonly Node[] }>, dot: unknown): Leave {
    const height = this.#variables.length;
    const value = this.#pipe(node.pipe, dot);
    let leave: Leave;
    if (node.kind === 'range') leave = this.#range(node, value, dot);
    else if (isTrue(value)) leave = this.walk(node.body, node.kind === 'with' ? value : dot);
    else leave = this.walk(node.otherwise, dot);
    this.#variables.length = height;
    return leave;
  }

  #range({ pipe, names, body, otherwise }: Extract<Node, { kind: 'range' }>, value: unknown, dot: unknown): Leave {
    const { head, offset } = pipe.commands.at(-1)!;
    const entries = this.#guard(offset, head.source, () => this.#scope.entries(value));
    if (entries.length === 0) return this.walk(otherwise, dot);
    const height = this.#variables.length;
    for (const [key, item] of entries) {
      this.#variables.length = height;
      if (names.length === 2) this.#variables.push({ name: names[0]!, value: key });
      if (names.length > 0) this.#variables.push({ name: names.at(-1)!, value: item });
      if (this.walk(body, item) === 'break') break;
    }
    return undefined;
  }

  #pipe({ commands, variable }: Pipe, dot: unknown): unknown {
    let value: unknown;
    for (const [i, command] of commands.entries()) value = this.#command(command, dot, i === 0 ? [] : [value]);
    if (variable?.declares === true) this.#variables.push({ name: variable.name, value });
    else if (variable !== undefined) this.#find(variable.name)!.value = value;
    return value;
  }

  /** `piped` is the result of the command before the bar: the last argument. */
  #command({ head, args, offset }: Command, dot: unknown, piped: readonly unknown[]): unknown {
    if (head.kind === 'function' && (head.name === 'and' || head.name === 'or'))
      return this.#shortCircuit(head.name, args, dot, piped);
    const called = head.kind === 'function' ? this.#scope.functions.get(head.name)! : this.#operand(head, dot);
    const given = [...args.map((arg) => this.#operand(arg, dot)), ...piped];
    if (typeof called === 'function')
      return this.#guard(
        offset,
        head.source,
        () => called(...given) as unknown,
        head.kind === 'function' ? head.name : undefined,
      );
    if (given.length > 0 && !this.#scope.callsValues)
      throw this.#fail(offset, head.source, `can't give argument to non-function ${head.source}`);
    return called;
  }

  #shortCircuit(name: 'and' | 'or', args: readonly Operand[], dot: unknown, piped: readonly unknown[]): unknown {
    let value: unknown = piped[0];
    for (const arg of args) {
      value = this.#operand(arg, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #operand(operand: Operand, dot: unknown): unknown {
    return operand.fields.reduce(
      (value: unknown, name) => {
        const owner = typeof value === 'function' ? (value as () => unknown)() : value;
        return this.#guard(operand.offset, operand.source, () => this.#scope.field(owner, name));
      },
      this.#base(operand, dot),
    );
  }

  #base(operand: Operand, dot: unknown): unknown {
    if (operand.kind === 'dot') return dot;
    if (operand.kind === 'variable') return this.#find(operand.name)!.value;
    if (operand.kind === 'pipe') return this.#pipe(operand.pipe, dot);
    if (operand.kind === 'literal') return operand.value;
    return this.#guard(operand.offset, operand.source, () => this.#scope.functions.get(operand.name)?.(), operand.name);
  }

  #find(name: string) {
    return this.#variables.findLast((variable) => variable.name === name);
  }

  #guard<T>(offset: number, source: string, act: () => T, called?: string): T {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof FunctionFailure)) throw error;
      throw this.#fail(
        offset,
        source,
        called === undefined ? error.message : `error calling ${called}: ${error.message}`,
      );
    }
  }

  #fail(offset: number, source: string, why: string): Error {
    return executionError(this.#source, offset, source, why);
  }
}
