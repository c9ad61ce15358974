import type { Output } from '../output.ts';

/** How an `inspect` prints: as JSON or by a template, in which `maps` names the fields whose keys are the user's. */
export interface DocumentFormat {
  readonly format: string;
  readonly maps: ReadonlySet<string>;
  /** Which command it is, for the errors of templates. */
  readonly name: string;
}

export async function printDocuments(
  documents: readonly object[],
  output: Output,
  { format, maps, name }: DocumentFormat,
): Promise<void> {
  if (format === 'json') return output.out(`${JSON.stringify(documents, null, 5)}\n`);
  const [{ formatValue }, { withMaps }] = await Promise.all([
    import('../template/format.ts'),
    import('../template/value.ts'),
  ]);
  for (const document of documents) await output.out(formatValue(format, withMaps(document, maps), name));
}
