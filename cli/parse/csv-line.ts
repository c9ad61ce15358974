/** The fields of one line of CSV (RFC 4180), or `undefined` where its quotation marks do not fit. */
export function splitCsvLine(line: string): string[] | undefined {
  if (line === '') return [];
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === '') return fields;
    rest = rest.slice(match[0].length);
  }
}
