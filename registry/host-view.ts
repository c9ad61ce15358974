import { LimpidError } from '../base/error.ts';

/** What the registry client looks at on its machine, so that tests have one of their own. */
export interface HostView {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** `undefined` where there is no such file; whatever else is wrong throws `EFILE`. */
  readText(path: string): Promise<string | undefined>;
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /** Names in a directory, sorted; none where there is no such directory. */
  listDirectory(path: string): Promise<string[]>;
  /** Runs a program to its end; `undefined` where it is not installed. */
  run(words: readonly string[], input: string | Uint8Array): Promise<ProgramResult | undefined>;
  /** Shows contents to a program as files, which are gone afterwards. */
  withFiles<T>(contents: readonly Uint8Array[], use: (paths: string[]) => Promise<T>): Promise<T>;
}

export interface ProgramResult {
  readonly code: number;
  readonly out: Uint8Array;
  readonly err: string;
}

/** The process's own environment and files. */
export function ownHost(): HostView {
  return { env: Bun.env, uid: process.getuid?.() ?? 0, readText, readBytes, listDirectory, run, withFiles };
}

async function readText(path: string): Promise<string | undefined> {
  const bytes = await readBytes(path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

async function readBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Bun.file(path).bytes();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw unreadable(path, error);
  }
}

async function listDirectory(path: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(new Bun.Glob('*').scan({ cwd: path, dot: true, onlyFiles: false }))).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw unreadable(path, error);
  }
}

function isAbsent(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function unreadable(path: string, error: unknown): LimpidError {
  const { code = 'EIO' } = error as { code?: string };
  const why = REASONS[code];
  return new LimpidError({
    code: 'EFILE',
    doing: 'read',
    subject: `"${path}"`,
    errno: code,
    ...(why === undefined ? {} : { why }),
    cause: error,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
};

async function run(words: readonly string[], input: string | Uint8Array): Promise<ProgramResult | undefined> {
  if (Bun.which(words[0]!) === null) return undefined;
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const child = Bun.spawn([...words], { stdin: bytes, stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([child.stdout.bytes(), child.stderr.text(), child.exited]);
  return { code, out, err };
}

async function withFiles<T>(contents: readonly Uint8Array[], use: (paths: string[]) => Promise<T>): Promise<T> {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const directory = await mkdtemp(`${Bun.env['TMPDIR'] || '/tmp'}/limpid-`);
  try {
    const paths = contents.map((_, index) => `${directory}/${index}`);
    await Promise.all(paths.map((path, index) => writeFile(path, contents[index]!, { mode: 0o600 })));
    return await use(paths);
  } finally {
    await rm(directory, { recursive: true });
  }
}
