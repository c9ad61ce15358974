/** What the registry client looks at on its machine, so that tests have one of their own. */
export interface HostView {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** `undefined` where there is no such file; whatever else is wrong throws. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a directory, sorted; none where there is no such directory. */
  listDirectory(path: string): Promise<string[]>;
  /** Runs a program to its end; `undefined` where it is not installed. */
  run(words: readonly string[], input: string | Uint8Array): Promise<ProgramResult | undefined>;
}

export interface ProgramResult {
  readonly code: number;
  readonly out: Uint8Array;
  readonly err: string;
}

/** The process's own environment and files. */
export function ownHost(): HostView {
  return { env: Bun.env, uid: process.getuid?.() ?? 0, readText, listDirectory, run };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Bun.file(path).text();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function listDirectory(path: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(new Bun.Glob('*').scan({ cwd: path, dot: true, onlyFiles: false }))).sort();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

async function run(words: readonly string[], input: string | Uint8Array): Promise<ProgramResult | undefined> {
  if (Bun.which(words[0]!) === null) return undefined;
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const child = Bun.spawn([...words], { stdin: bytes, stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([child.stdout.bytes(), child.stderr.text(), child.exited]);
  return { code, out, err };
}
