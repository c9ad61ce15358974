import { dirname, join } from 'node:path';

const transpiler = new Bun.Transpiler({ loader: 'ts' });

/** Those of `files` that import one of the wanted, at whatever depth. Paths are relative to `root`. */
export async function importersOf(
  root: string,
  files: readonly string[],
  isWanted: (path: string) => boolean,
): Promise<string[]> {
  const imports = new Map<string, readonly string[]>();
  const importsOf = async (path: string): Promise<readonly string[]> => {
    const known = imports.get(path) ?? (await readImports(root, path));
    imports.set(path, known);
    return known;
  };
  const reaches = async (file: string): Promise<boolean> => {
    const met = new Set([file]);
    for (const path of met) {
      if (isWanted(path)) return true;
      for (const next of await importsOf(path)) met.add(next);
    }
    return false;
  };
  const reaching = await Promise.all(files.map(reaches));
  return files.filter((_, at) => reaching[at]);
}

async function readImports(root: string, path: string): Promise<readonly string[]> {
  const file = Bun.file(join(root, path));
  if (!path.endsWith('.ts') || !(await file.exists())) return [];
  const specifiers = transpiler.scanImports(await file.text()).map((entry) => entry.path);
  return specifiers.filter((specifier) => specifier.startsWith('.')).map((specifier) => join(dirname(path), specifier));
}
