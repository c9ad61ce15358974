import { parseSync, visitorKeys } from 'oxc-parser';

/** One small break of a source file: the range it replaces, and what would stand there instead. */
export interface Mutant {
  readonly start: number;
  readonly end: number;
  /** What takes the range's place; a removed statement has none. */
  readonly text: string | undefined;
  readonly line: number;
  /** For people: `a < b → a <= b`. */
  readonly change: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

type Replacement = readonly [Node, string | undefined];

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  ...{ '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'], '===': ['!=='], '!==': ['==='] },
  ...{ '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '<<': ['>>'], '>>': ['<<'], '>>>': ['<<'] },
  ...{ '&': ['|'], '|': ['&'], '^': ['&'], '&&': ['||'], '||': ['&&'] },
  ...{ '+=': ['-='], '-=': ['+='], '|=': ['&='], '&=': ['|='], '??=': ['='], '||=': ['&&='] },
};
/** Of a longer table only the first, the middle and the last element are dropped. */
const MAX_ELEMENTS = 24;
/** What is no code that runs, or names something. */
const SKIPPED = /^(?:Import|ExportAll|TS(?!AsExpression|SatisfiesExpression|NonNullExpression))/;

/** Every mutant of one source file, in the order of the text. Throws where it does not parse. */
export function findMutants(path: string, source: string): Mutant[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`cannot parse "${path}": ${errors[0]!.message}`);
  const found: Replacement[] = [];
  walk(program as unknown as Node, source, found);
  return found.map(([{ start, end }, text]) => {
    const line = source.slice(0, start).split('\n').length;
    const before = source.slice(start, end);
    return { start, end, text, line, change: `${brief(before)} → ${text === undefined ? 'removed' : brief(text)}` };
  });
}

function walk(node: Node, source: string, found: Replacement[]): void {
  if (SKIPPED.test(node.type)) return;
  found.push(...replacements(node, source));
  for (const key of visitorKeys[node.type] ?? []) {
    const isName = key === 'key' && node['computed'] !== true;
    const isQuasi = node.type === 'TaggedTemplateExpression' && key === 'quasi';
    if (isName || isQuasi || (key === 'source' && node.type.startsWith('Export'))) continue;
    const children = (Array.isArray(node[key]) ? node[key] : [node[key]]) as readonly (Node | null | undefined)[];
    for (const child of children) if (child?.type !== undefined) walk(child, source, found);
  }
}

function replacements(node: Node, source: string): readonly Replacement[] {
  const part = (key: string): string => source.slice((node[key] as Node).start, (node[key] as Node).end);
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return ['true', 'false'].map((text) => [node['test'] as Node, text]);
    case 'WhileStatement':
    case 'ForStatement':
      return node['test'] === null ? [] : [[node['test'] as Node, 'false']];
    case 'UnaryExpression':
      return node['operator'] === '!' ? [[node, part('argument')]] : [];
    case 'AwaitExpression':
      return [[node, part('argument')]];
    case 'LogicalExpression':
      return [
        ...operators(node, part),
        [node, part('left')],
        ...(node['operator'] === '??' ? [] : [[node, part('right')] as const]),
      ];
    case 'BinaryExpression':
    case 'AssignmentExpression':
      return joinsText(node) ? [] : operators(node, part);
    case 'ArrayExpression':
      return dropped(node, source);
    case 'Literal':
      return literal(node).map((text) => [node, text]);
    case 'TemplateLiteral':
      return [[node, "''"]];
    case 'ExpressionStatement':
      return typeof node['directive'] === 'string' ? [] : [[node, undefined]];
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'ContinueStatement':
      return [[node, undefined]];
    default:
      return [];
  }
}

function operators(node: Node, part: (key: string) => string): readonly Replacement[] {
  const others = OPERATORS[node['operator'] as string] ?? [];
  return others.map((operator) => [node, `${part('left')} ${operator} ${part('right')}`]);
}

/** Text minus text is never a number: each part is a mutant of its own already. */
function joinsText(node: Node): boolean {
  const isText = ({ type, value }: Node): boolean => type === 'TemplateLiteral' || typeof value === 'string';
  return /^\+=?$/.test(node['operator'] as string) && (isText(node['left'] as Node) || isText(node['right'] as Node));
}

function dropped(node: Node, source: string): readonly Replacement[] {
  const elements = (node['elements'] as readonly (Node | null)[]).filter((element) => element !== null);
  const last = elements.length - 1;
  const chosen = elements.filter((_, at) => last < MAX_ELEMENTS || at === 0 || at === last || at === last >> 1);
  return chosen.map((gone) => {
    const rest = elements.filter((element) => element !== gone);
    return [node, `[${rest.map(({ start, end }) => source.slice(start, end)).join(', ')}]`];
  });
}

function literal({ value, raw, regex, bigint }: Node): readonly string[] {
  if (regex !== undefined) {
    const { pattern, flags } = regex as { pattern: string; flags: string };
    const loose = [pattern.replace(/^\^/, ''), pattern.replace(/(?<!\\)\$$/, '')];
    return loose.filter((text) => text !== pattern && text !== '').map((text) => `/${text}/${flags}`);
  }
  if (typeof bigint === 'string') return [`${raw as string} + 1n`];
  if (typeof value === 'number') return [`${raw as string} + 1`];
  if (typeof value === 'boolean') return [`${!value}`];
  return typeof value === 'string' ? [value === '' ? "'?'" : "''"] : [];
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= 90 ? line : `${line.slice(0, 60)} … ${line.slice(-28)}`;
}
