import { lexTemplate, type Token, type TokenKind } from './lex.ts';
import { parseNumber, unquote } from './literal.ts';
import type { Command, Node, Operand, Pipe } from './node.ts';
import { parseError, type Source } from './template-error.ts';

const KEYWORDS = new Set(['if', 'else', 'end', 'range', 'with', 'break', 'continue', 'define', 'template', 'block']);
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([['true', true], ['false', false], ['nil', null]]); // prettier-ignore

/**
 * Parses a Go template (text/template), without `define`, `template` and `block`. `functions` are the names that it may call.
 * Throws ETEMPLATE.
 */
export function parseTemplate(source: Source, functions: ReadonlySet<string>): Node[] {
  const parser = new Parser(source, functions);
  return parser.parse();
}

type End = 'end' | 'else' | 'eof';

class Parser {
  readonly #source: Source;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: readonly Token[];
  readonly #variables = [''];
  #next = 0;
  #loops = 0;
  #depth = 0;

  constructor(source: Source, functions: ReadonlySet<string>) {
    this.#source = source;
    this.#functions = functions;
    this.#tokens = lexTemplate(source);
  }

  parse(): Node[] {
    const { nodes, end } = this.#nodes();
    if (end !== 'eof') throw this.#fail(`unexpected {{${end}}}`);
    return nodes;
  }

  #nodes(): { nodes: Node[]; end: End } {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#tokens[this.#next++];
      if (token === undefined) return { nodes, end: 'eof' };
      if (token.kind === 'text') nodes.push({ kind: 'text', text: token.text });
      else {
        const node = this.#action();
        if (node === 'end' || node === 'else') return { nodes, end: node };
        nodes.push(node);
      }
    }
  }

  #action(): Node | 'end' | 'else' {
    const token = this.#peek();
    const keyword = token?.kind === 'word' && KEYWORDS.has(token.text) ? token.text : undefined;
    if (keyword === undefined) {
      const pipe = this.#pipe('command');
      this.#expect('close', 'command');
      return { kind: 'print', pipe };
    }
    this.#next++;
    if (keyword === 'if' || keyword === 'with' || keyword === 'range') return this.#control(keyword);
    // What follows `else` is read by #otherwise.
    if (keyword === 'else') return 'else';
    if (keyword === 'define' || keyword === 'template' || keyword === 'block')
      throw this.#fail(`{{${keyword}}} is not known here`);
    this.#expect('close', keyword);
    if (keyword === 'end') return 'end';
    if (this.#loops === 0) throw this.#fail(`{{${keyword}}} outside {{range}}`);
    return { kind: keyword === 'break' ? 'break' : 'continue' };
  }

  #control(kind: 'if' | 'with' | 'range'): Node {
    if (++this.#depth > 200) throw this.#fail('too many nested actions');
    const scope = this.#variables.length;
    const names = kind === 'range' ? this.#rangeNames() : [];
    this.#variables.push(...names);
    const pipe = this.#pipe(kind);
    this.#expect('close', kind);
    if (kind === 'range') this.#loops++;
    const { nodes: body, end } = this.#nodes();
    if (kind === 'range') this.#loops--;
    const otherwise = end === 'else' ? this.#otherwise(kind) : [];
    if (end === 'eof') throw this.#fail('unexpected EOF');
    this.#variables.length = scope;
    this.#depth--;
    return kind === 'range' ? { kind, pipe, names, body, otherwise } : { kind, pipe, body, otherwise };
  }

  /** Behind `else`: another `if` or `with`, which the same `end` closes, or a body of its own. */
  #otherwise(kind: 'if' | 'with' | 'range'): Node[] {
    const token = this.#peek();
    if (token?.kind === 'word' && token.text === kind && kind !== 'range') {
      this.#next++;
      return [this.#control(kind)];
    }
    this.#expect('close', 'else');
    const { nodes, end } = this.#nodes();
    if (end !== 'end') throw this.#fail(end === 'eof' ? 'unexpected EOF' : 'expected end; found {{else}}');
    return nodes;
  }

  #rangeNames(): string[] {
    const signs = [this.#peek(1), this.#peek(3)];
    if (this.#peek()?.kind !== 'variable') return [];
    const count = signs[0]?.text === ':=' ? 1 : signs[0]?.text === ',' && signs[1]?.text === ':=' ? 2 : 0;
    if (count === 2 && this.#peek(2)?.kind !== 'variable') throw this.#fail('range can only initialize variables');
    const names = [this.#peek(), this.#peek(2)].slice(0, count).map((token) => token!.text.slice(1));
    this.#next += count * 2;
    return names;
  }

  #pipe(context: string): Pipe {
    if (++this.#depth > 200) throw this.#fail('too many nested actions');
    const variable = this.#assignment();
    const commands = [this.#command(context)];
    while (this.#take('sign', '|')) commands.push(this.#command(context));
    const literal = commands.slice(1).find(({ head, args }) => head.kind === 'literal' && args.length === 0);
    if (literal !== undefined)
      throw this.#fail(`non executable command in pipeline stage ${commands.indexOf(literal) + 1}`);
    if (variable?.declares === true) this.#variables.push(variable.name);
    this.#depth--;
    return variable === undefined ? { commands } : { commands, variable };
  }

  #assignment(): Pipe['variable'] | undefined {
    const [token, sign] = [this.#peek(), this.#peek(1)];
    if (token?.kind !== 'variable' || (sign?.text !== ':=' && sign?.text !== '=') || sign.kind !== 'sign')
      return undefined;
    this.#next += 2;
    const name = token.text.slice(1);
    const declares = sign.text === ':=';
    if (!declares) this.#checkVariable(name);
    return { name, declares };
  }

  #command(context: string): Command {
    const token = this.#peek();
    const offset = token?.offset ?? this.#source.text.length;
    const head = this.#operand();
    if (head === undefined) {
      if (token === undefined || token.kind === 'close') throw this.#fail(`missing value for ${context}`);
      throw this.#fail(`unexpected "${token.text}" in ${context}`);
    }
    const args: Operand[] = [];
    for (;;) {
      const before = this.#peek();
      const arg = this.#operand();
      if (arg === undefined) break;
      if (before?.spaced === false) throw this.#fail(`unexpected "${before.text}" in operand`);
      args.push(arg);
    }
    return { head, args, offset };
  }

  #operand(): Operand | undefined {
    const token = this.#peek();
    if (token === undefined) return undefined;
    const core = this.#core(token);
    if (core === undefined) return undefined;
    const fields = core.kind === 'dot' && token.kind === 'field' ? [token.text.slice(1)] : [];
    for (let next = this.#peek(); next?.kind === 'field' && !next.spaced; next = this.#peek()) {
      if (core.kind === 'literal' || core.kind === 'function')
        throw this.#fail(`unexpected . after term "${token.text}"`);
      fields.push(next.text.slice(1));
      this.#next++;
    }
    const end = this.#tokens[this.#next - 1]!;
    const source = this.#source.text.slice(token.offset, end.offset + end.text.length);
    return { ...core, fields, offset: token.offset, source } as Operand;
  }

  #core(token: Token) {
    this.#next++;
    if (token.kind === 'dot' || token.kind === 'field') return { kind: 'dot' } as const;
    if (token.kind === 'variable') return { kind: 'variable', name: this.#checkVariable(token.text.slice(1)) } as const;
    if (token.kind === 'string') return { kind: 'literal', value: this.#literal(token, unquote(token.text)) } as const;
    if (token.kind === 'number')
      return { kind: 'literal', value: this.#literal(token, parseNumber(token.text)) } as const;
    if (token.kind === 'word') return this.#word(token);
    if (token.kind === 'sign' && token.text === '(') {
      const pipe = this.#pipe('parenthesized pipeline');
      if (!this.#take('sign', ')')) throw this.#fail('unclosed left paren');
      return { kind: 'pipe', pipe } as const;
    }
    this.#next--;
    return undefined;
  }

  #word(token: Token) {
    const constant = CONSTANTS.get(token.text);
    if (constant !== undefined) return { kind: 'literal', value: constant } as const;
    if (KEYWORDS.has(token.text)) throw this.#fail(`unexpected <${token.text}> in operand`);
    if (!this.#functions.has(token.text)) throw this.#fail(`function "${token.text}" not defined`);
    return { kind: 'function', name: token.text } as const;
  }

  #literal<T>(token: Token, value: T | undefined): T {
    if (value === undefined) throw this.#fail(`bad literal ${token.text}`);
    return value;
  }

  #checkVariable(name: string): string {
    if (!this.#variables.includes(name)) throw this.#fail(`undefined variable "$${name}"`);
    return name;
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#next + ahead];
  }

  #take(kind: TokenKind, text: string): boolean {
    const token = this.#peek();
    if (token?.kind !== kind || token.text !== text) return false;
    this.#next++;
    return true;
  }

  #expect(kind: TokenKind, context: string): void {
    const token = this.#peek();
    if (token?.kind !== kind)
      throw this.#fail(`unexpected ${token === undefined ? 'EOF' : `"${token.text}"`} in ${context}`);
    this.#next++;
  }

  #fail(why: string): Error {
    const token = this.#tokens[Math.min(this.#next, this.#tokens.length) - 1] ?? this.#tokens.at(-1);
    return parseError(this.#source, token?.offset ?? 0, why);
  }
}
