import { isNumber, printValue, typeName } from './value.ts';

interface Directive {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly zero: boolean;
  readonly space: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

const WIDEST = 10_000;

/** Go's fmt.Sprintf for the verbs v s q d x X o b c t f e g T and %, with flags, width and precision (also `*`). */
export function formatPrintf(format: string, args: readonly unknown[]): string {
  let next = 0;
  const star = (text: string): number => {
    if (text !== '*') return Number(text);
    const value = args[next++];
    return typeof value === 'number' ? value : 0;
  };
  const text = format.replaceAll(
    /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?(.|$)/gsu,
    (directive, flags: string, width = '0', precision, verb: string) => {
      const wide = star(width);
      const precise = directive.includes('.') && verb !== '.' ? star(precision ?? '0') : undefined;
      if (verb === '%') return '%';
      if (verb === '') return '%!(NOVERB)';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      return formatOne(verb, args[next++], readDirective(flags, wide, precise));
    },
  );
  const extra = args.slice(next).map((value) => `${typeName(value)}=${printValue(value)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

function readDirective(flags: string, width: number, precision: number | undefined): Directive {
  const minus = flags.includes('-') || width < 0;
  return {
    minus,
    plus: flags.includes('+'),
    sharp: flags.includes('#'),
    zero: flags.includes('0') && !minus,
    space: flags.includes(' '),
    width: Math.min(Math.abs(width), WIDEST),
    precision: precision === undefined ? undefined : Math.min(precision, 100),
  };
}

function formatOne(verb: string, value: unknown, directive: Directive): string {
  const text = formatVerb(verb, value, directive);
  const numeric = isNumber(value) && verb !== 's' && verb !== 'q' && verb !== 'v';
  if (!directive.zero || !(numeric || (verb === 'v' && isNumber(value)))) return pad(text, directive);
  const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(directive.width - sign.length, '0');
}

function formatVerb(verb: string, value: unknown, directive: Directive): string {
  switch (verb) {
    case 'v':
      return directive.sharp && typeof value === 'string'
        ? JSON.stringify(value)
        : signed(value, printValue(value), directive);
    case 'T':
      return typeName(value);
    case 's':
      if (isNumber(value) || typeof value === 'boolean') break;
      return cut(printValue(value), directive);
    case 'q':
      if (typeof value !== 'string') break;
      return JSON.stringify(cut(value, directive));
    case 't':
      if (typeof value !== 'boolean') break;
      return String(value);
    case 'c':
      if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0x10ffff) break;
      return String.fromCodePoint(value as number);
    default:
      return formatNumber(verb, value, directive) ?? wrongVerb(verb, value);
  }
  return wrongVerb(verb, value);
}

function wrongVerb(verb: string, value: unknown): string {
  return `%!${verb}(${typeName(value)}=${printValue(value)})`;
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  d: [10, ''], x: [16, '0x'], X: [16, '0X'], o: [8, '0'], b: [2, '0b'],
}; // prettier-ignore

function formatNumber(verb: string, value: unknown, directive: Directive): string | undefined {
  const based = BASES[verb];
  if (based !== undefined) {
    if (typeof value === 'string' && (verb === 'x' || verb === 'X'))
      return caseOf(verb, Buffer.from(value).toString('hex'));
    if (typeof value !== 'bigint' && !Number.isInteger(value)) return undefined;
    const number = value as number | bigint;
    const digits = (number < 0 ? -number : number).toString(based[0]);
    return signed(
      value,
      `${number < 0 ? '-' : ''}${directive.sharp ? based[1] : ''}${caseOf(verb, digits)}`,
      directive,
    );
  }
  // Go refuses whole numbers here, but JavaScript does not tell 1 from 1.0.
  if (!isNumber(value)) return undefined;
  const number = Number(value);
  const { precision } = directive;
  if (verb === 'f' || verb === 'F') return signed(value, number.toFixed(precision ?? 6), directive);
  if (verb === 'e' || verb === 'E')
    return signed(value, caseOf(verb, twoDigits(number.toExponential(precision ?? 6))), directive);
  if (verb !== 'g' && verb !== 'G') return undefined;
  return signed(
    value,
    caseOf(verb, precision === undefined ? String(number) : String(Number(number.toPrecision(precision || 1)))),
    directive,
  );
}

function caseOf(verb: string, text: string): string {
  return verb === verb.toUpperCase() ? text.toUpperCase() : text;
}

function twoDigits(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function signed(value: unknown, text: string, { plus, space }: Directive): string {
  if (!isNumber(value) || text.startsWith('-')) return text;
  return plus ? `+${text}` : space ? ` ${text}` : text;
}

function cut(text: string, { precision }: Directive): string {
  return precision === undefined ? text : [...text].slice(0, precision).join('');
}

function pad(text: string, { width, minus }: Directive): string {
  const missing = Math.max(0, width - [...text].length);
  return minus ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}
