import type { Mutant } from './mutants.ts';

/** A mutant with the number that switches it on. */
export type NumberedMutant = Mutant & { readonly id: number };

interface Site {
  readonly start: number;
  readonly end: number;
  readonly mutants: NumberedMutant[];
  readonly inside: Site[];
}

/**
 * The source with all its mutants built in: `__mutant(ID)` answers whether that one is switched on. So one process tries
 * thousands of them, and learns from the same calls which test reaches which.
 */
export function instrument(source: string, mutants: readonly NumberedMutant[]): string {
  const whole: Site = { start: 0, end: source.length, mutants: [], inside: [] };
  for (const mutant of mutants.toSorted((a, b) => a.start - b.start || b.end - a.end)) place(whole, mutant);
  return render(whole, source);
}

function place(site: Site, mutant: NumberedMutant): void {
  const { start, end } = mutant;
  const last = site.inside.at(-1);
  if (last !== undefined && start >= last.start && end <= last.end) {
    if (start === last.start && end === last.end) last.mutants.push(mutant);
    else place(last, mutant);
  } else site.inside.push({ start, end, mutants: [mutant], inside: [] });
}

function render(site: Site, source: string): string {
  let text = '';
  let at = site.start;
  for (const inner of site.inside) {
    text += source.slice(at, inner.start) + render(inner, source);
    at = inner.end;
  }
  text += source.slice(at, site.end);
  if (site.mutants.some((mutant) => mutant.text === undefined))
    return `{if(!__mutant(${site.mutants[0]!.id})){${text}}}`;
  return site.mutants.reduceRight(
    (otherwise, { id, text: other }) => `(__mutant(${id})?(${other}):${otherwise})`,
    text,
  );
}
