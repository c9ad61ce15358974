import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../../base/error.ts';
import type { OpenFile } from '../../kernel/open-file.ts';
import { parseManifest } from '../../spec/image-parse.ts';
import { dockerMembers, imageOf, ociMembers, tar } from '../../tests/image-archive.ts';
import { archiveFiles } from './archive-files.ts';
import { verified } from './copy-image.ts';
import { openDockerArchive } from './docker-archive-source.ts';
import { isLayout, openLayout } from './layout.ts';

const image = imageOf([tar([{ path: 'a', data: 'x' }]), tar([{ path: 'b' }])]);
const ARCHIVES = [tar(dockerMembers(image, ['x:1'])), tar(ociMembers(image, 'localhost/x:1'))];

function fileOf(bytes: Uint8Array): OpenFile {
  const read = (offset: number, length: number) => bytes.slice(offset, offset + length);
  return { path: '/x', inode: 1n, sizeBytes: () => bytes.length, read, close() {} };
}

/** Everything that whoever receives the image would ask for; answers how many bytes of layers came. */
async function readAll(bytes: Uint8Array): Promise<number> {
  const files = archiveFiles(fileOf(bytes), 'x');
  const { images } = isLayout(files) ? openLayout(files) : openDockerArchive(files);
  let count = 0;
  for (const { source } of images) {
    const { bytes: manifest, mediaType } = await source.manifest();
    const parsed = parseManifest(manifest, mediaType, 'x');
    if (parsed.kind === 'index') continue;
    for (const descriptor of [...parsed.manifest.layers, parsed.manifest.config])
      for await (const chunk of verified(await source.blob(descriptor), descriptor)) count += chunk.length;
  }
  return count;
}

/** Bytes changed, and a piece taken out or doubled. */
const damage = fc.record({
  archive: fc.nat(ARCHIVES.length - 1),
  changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
  cut: fc.option(fc.tuple(fc.nat(), fc.nat(2000), fc.boolean())),
});

test('whatever is done to an archive, what it comes to is a LimpidError or the whole image', async () => {
  const [docker, oci] = await Promise.all(ARCHIVES.map(readAll));
  await fc.assert(
    fc.asyncProperty(damage, async ({ archive, changes, cut }) => {
      let bytes = Uint8Array.from(ARCHIVES[archive]!);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      if (cut !== null) {
        const [at, length, doubled] = [cut[0] % bytes.length, cut[1], cut[2]];
        const rest = doubled ? bytes.subarray(Math.max(at - length, 0)) : bytes.subarray(at + length);
        bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at), rest]));
      }
      try {
        expect([0, docker, oci]).toContain(await readAll(bytes));
      } catch (error) {
        if (!(error instanceof LimpidError)) throw error;
        expect(error.message).not.toContain('\n');
      }
    }),
    { numRuns: 400 },
  );
});
