import { LimpidError } from '../../base/error.ts';

/** Where in a template something stands. */
export interface Source {
  /** What Go calls the template: the command's name. */
  readonly name: string;
  readonly text: string;
}

/** A template that cannot be read, said as Go says it: `template: ps:1: unclosed action`. */
export function parseError(source: Source, offset: number, why: string): LimpidError {
  return templateError(source, `template: ${source.name}:${lineOf(source.text, offset)}: ${why}`);
}

/** A template that cannot be carried out: `template: ps:1:2: executing "ps" at <.X>: …`. */
export function executionError(source: Source, offset: number, node: string, why: string, hint?: string): LimpidError {
  const column = offset - (source.text.lastIndexOf('\n', offset - 1) + 1);
  const where = `${source.name}:${lineOf(source.text, offset)}:${column}`;
  return templateError(
    source,
    `template: ${where}: executing "${source.name}" at <${node.replaceAll('\n', ' ')}>: ${why}`,
    hint,
  );
}

function templateError(source: Source, why: string, hint?: string): LimpidError {
  return new LimpidError({
    code: 'ETEMPLATE',
    doing: 'use',
    subject: `format ${JSON.stringify(shorten(source.text))}`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
