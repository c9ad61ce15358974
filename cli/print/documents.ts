import { printableJson } from '../../base/printable.ts';
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
  // An empty format is none, for podman and Docker.
  if (format === 'json' || format === '') return output.out(`${printableJson(JSON.stringify(documents, null, 5))}\n`);
  const [{ formatValue }, { withMaps }, { addUnsaidFields }] = await Promise.all([
    import('../template/format.ts'),
    import('../template/value.ts'),
    import('./unsaid-fields.ts'),
  ]);
  for (const document of documents) {
    const shown = withMaps(document, maps);
    addUnsaidFields(shown);
    await output.out(formatValue(format, shown, name));
  }
}
