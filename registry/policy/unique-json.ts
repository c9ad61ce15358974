/** JSON of a document on which safety depends: throws SyntaxError also where an object has a key twice. */
export function parseUniqueJson(json: string): unknown {
  const value: unknown = JSON.parse(json);
  // A key that is there twice is in the value once, and so are its quotes.
  if (!json.includes('\\') && countQuotes(json) === countQuotes(JSON.stringify(value))) return value;
  const twice = repeatedKey(json);
  if (twice !== undefined) throw new SyntaxError(`"${twice}" is there twice`);
  return value;
}

function countQuotes(text: string): number {
  return text.split('"').length;
}

/** The first key that an object has twice, in a text that is valid JSON. */
function repeatedKey(json: string): string | undefined {
  const objects: (Set<string> | undefined)[] = [];
  const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    if (token === '{') objects.push(new Set());
    else if (token === '[') objects.push(undefined);
    else if (token === '}' || token === ']') objects.pop();
    else {
      const keys = objects.at(-1);
      if (keys === undefined || !/^\s*:/.test(json.slice(index + token.length, index + token.length + 64))) continue;
      const key = JSON.parse(token) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
