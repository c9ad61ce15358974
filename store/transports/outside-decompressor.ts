import { badImages } from './fault.ts';
import { streamOf } from './stream-of.ts';

/** So much memory an archive may ask of xz: its own highest level wants 65 MB. */
const MEMORY_LIMIT = '512MiB';
const COMMANDS: Readonly<Record<'xz' | 'bzip2', readonly string[]>> = {
  xz: ['xz', '--decompress', '--stdout', `--memlimit=${MEMORY_LIMIT}`],
  bzip2: ['bzip2', '--decompress', '--stdout'],
};

/** Forms that only other programs decompress, by these where they are installed. Throws EARCHIVE. */
export function decompressOutside(
  stream: ReadableStream<Uint8Array>,
  form: 'xz' | 'bzip2',
  name: string,
): ReadableStream<Uint8Array> {
  const command = COMMANDS[form];
  if (Bun.which(command[0]!) === null)
    throw badImages(name, `it is compressed by ${form}`, `install ${form}, or decompress it first`);
  const child = Bun.spawn([...command], {
    stdin: stream,
    stdout: 'pipe',
    stderr: 'pipe',
    env: { PATH: Bun.env['PATH'] },
  });
  const complaint = child.stderr.text();
  return streamOf(
    (async function* () {
      try {
        yield* child.stdout;
        if ((await child.exited) !== 0)
          throw badImages(name, `it cannot be decompressed: ${(await complaint).trim() || `${form} failed`}`);
      } finally {
        child.kill();
      }
    })(),
  );
}
