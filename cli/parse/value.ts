import { parseDuration } from '../../base/duration.ts';
import { parseSize } from '../../base/size.ts';
import { splitCsvLine } from './csv-line.ts';
import type { OptionDefinition, ValueTypes } from './option.ts';
import { optionError } from './option-error.ts';

type Value = ValueTypes[keyof ValueTypes];

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/**
 * The value that `text` means for an option; a list adds it to what earlier occurrences gave.
 * `typed` names the option in errors, as the user wrote it.
 */
export function parseValue(option: OptionDefinition, typed: string, text: string, earlier: Value | undefined): Value {
  if (option.choices !== undefined && !option.choices.includes(text)) {
    throw wrong(typed, text, `must be one of ${option.choices.map((choice) => `"${choice}"`).join(', ')}`);
  }
  const list = (earlier ?? []) as readonly string[];
  if (option.type === 'array') return [...list, text];
  if (option.type === 'slice') {
    const fields = splitCsvLine(text);
    if (fields === undefined) throw wrong(typed, text, 'a quotation mark is not closed or stands inside a field');
    return [...list, ...fields];
  }
  const value = parseScalar(option.type, text);
  if (value === undefined) throw wrong(typed, text, EXPECTED[option.type]);
  return value;
}

const EXPECTED = {
  bool: '"true" or "false" is wanted',
  string: '',
  int: 'a whole number is wanted',
  uint: 'a whole number from 0 up is wanted',
  float: 'a number is wanted',
  bytes: 'a size such as "128m" is wanted (b, k, m, g, t)',
  duration: 'a duration such as "1m30s" is wanted (ms, s, m, h)',
} as const;

function parseScalar(type: keyof typeof EXPECTED, text: string): Value | undefined {
  switch (type) {
    case 'bool':
      return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
    case 'string':
      return text;
    case 'int':
      return parseInteger(text);
    case 'uint':
      return text.startsWith('-') || text.startsWith('+') ? undefined : parseInteger(text);
    case 'float':
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
    case 'bytes':
      return parseSize(text);
    case 'duration':
      return parseDuration(text);
  }
}

/** Reads as Go's ParseInt with base 0: `10`, `-3`, `0x1f`, `0o17`, `017`, `0b11`, `1_000`. */
function parseInteger(text: string): number | undefined {
  const match = /^([+-]?)(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|0|[1-9][\d_]*)$/.exec(text);
  if (match === null || /__|_$/.test(text)) return undefined;
  const digits = match[2]!.replaceAll('_', '').replace(/^0(?=\d)/, '0o');
  const value = Number(digits) * (match[1] === '-' ? -1 : 1);
  if (!Number.isSafeInteger(value)) return undefined;
  return value === 0 ? 0 : value;
}

function wrong(typed: string, text: string, why: string): Error {
  return optionError(`${JSON.stringify(text)} for ${typed}`, why);
}
