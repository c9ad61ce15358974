import { isMap, isStruct, sortedEntries, typeName } from './value.ts';
import { FunctionFailure } from './function-failure.ts';
import { FUNCTIONS, type TemplateFunction } from './functions.ts';
import { suggest } from '../parse/suggest.ts';

/** What names in a template stand for: the data themselves, or, for a table's first line, headings. */
export interface Scope {
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  field(value: unknown, name: string): unknown;
  /** Whether values may be called as if they were methods: a heading stands for a method too. */
  readonly callsValues: boolean;
  /** Key and value of each turn of a `range`. */
  entries(value: unknown): readonly (readonly [key: unknown, value: unknown])[];
}

const MOST_TURNS = 1_000_000;

export const DATA_SCOPE: Scope = {
  functions: FUNCTIONS,
  callsValues: false,
  field(value, name) {
    if (value === null || value === undefined) throw new FunctionFailure(`nil pointer evaluating interface {}.${name}`);
    if (isMap(value)) return value[name];
    if (isStruct(value) && Object.hasOwn(value, name)) return value[name];
    const nearest = isStruct(value) ? suggest(name, Object.keys(value)) : undefined;
    const hint = nearest === undefined ? '' : `; did you mean .${nearest}?`;
    throw new FunctionFailure(`can't evaluate field ${name} in type ${typeName(value)}${hint}`);
  },
  entries(value) {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return [...value.entries()];
    if (isMap(value)) return sortedEntries(value);
    if (typeof value === 'number' && Number.isInteger(value) && value < MOST_TURNS) {
      return Array.from({ length: Math.max(0, value) }, (_, i) => [i, i] as const);
    }
    throw new FunctionFailure(`range can't iterate over ${typeName(value)}`);
  },
};

const SAME: TemplateFunction = (value) => value;
const HEADING_FUNCTIONS = new Map(FUNCTIONS);
for (const name of ['json', 'join', 'split', 'upper', 'lower', 'title', 'truncate', 'pad', 'index', 'slice', 'len'])
  HEADING_FUNCTIONS.set(name, SAME);

/** Every field stands for its heading: the one given, or its name in capitals, `MemUsage` → `MEM USAGE`. */
export function headingScope(headings: Readonly<Record<string, string>>): Scope {
  return {
    functions: HEADING_FUNCTIONS,
    callsValues: true,
    field: (_, name) => (Object.hasOwn(headings, name) ? headings[name] : headingOf(name)),
    entries: (value) => [[0, value]],
  };
}

function headingOf(name: string): string {
  return name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').toUpperCase();
}
