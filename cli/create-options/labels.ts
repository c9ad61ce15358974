import { optionError } from '../parse/option-error.ts';
import { recordOf } from './record-of.ts';
import type { CreateRequest } from './request.ts';

/** Labels of `--label-file`, then those of `--label`, which win. */
export function translateLabels({ options, host }: CreateRequest): Record<string, string> {
  const labels: [string, string][] = [];
  for (const path of options['label-file']) {
    for (const line of host.readText(path).split(/\r?\n/)) {
      const text = line.trim();
      if (text !== '' && !text.startsWith('#')) labels.push(splitLabel(text, path));
    }
  }
  for (const text of options.label) labels.push(splitLabel(text, '--label'));
  return recordOf(labels);
}

/** `--annotation key=value`, as the runtime spec's annotations. */
export function translateAnnotations(request: CreateRequest): Record<string, string> {
  request.because('annotations', 'annotation');
  return recordOf(request.options.annotation.map((text) => splitPair(text, '--annotation')));
}

/** `--sysctl name=value`; a name may be written with slashes. */
export function translateSysctls(request: CreateRequest): Record<string, string> {
  const pairs = request.options.sysctl.map((text) => splitPair(text, '--sysctl'));
  for (const [name, value] of pairs) request.note(`linux.sysctl[${name}]`, `--sysctl ${name}=${value}`);
  return recordOf(pairs);
}

/** `key=value` with neither part missing but the value perhaps empty. */
export function splitPair(text: string, flag: string): [key: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw optionError(`${JSON.stringify(text)} for ${flag}`, 'KEY=VALUE is wanted');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** `key[=value]`. */
export function splitLabel(text: string, where: string): [key: string, value: string] {
  if (text.startsWith('=') || text === '')
    throw optionError(`label ${JSON.stringify(text)} of ${where}`, 'its key is empty');
  return text.includes('=') ? splitPair(text, where) : [text, ''];
}
