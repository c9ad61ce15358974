import { listDirectory, makeDirectories, removeFile, syncDirectory } from '../../kernel/files.ts';
import { kindInWords, statPath } from '../../kernel/file-status.ts';
import type { ImageDestination } from '../../spec/image-transport.ts';
import { blobName, DIR_VERSION } from './dir-source.ts';
import { cannotWrite } from './fault.ts';
import { storeDocument, storeStream } from './store-stream.ts';

const OURS = /^(?:[0-9a-f]{64}|sha\d+-[0-9a-f]+)(?:\.manifest\.json)?$/;

/** What skopeo and podman call `dir:`. What lies there of an earlier image goes. */
export function dirDestination(directory: string, name: string): ImageDestination {
  const kept = new Set<string>();
  let written = false;
  checkDirectory(directory, name);
  makeDirectories(directory, 0o755);
  // First of all: an unfinished one is known as such to a second try.
  storeDocument(directory, 'version', DIR_VERSION);
  return {
    name,
    async hasBlob({ digest, size }) {
      const blob = blobName(name, digest);
      kept.add(blob);
      return statPath(`${directory}/${blob}`)?.sizeBytes === size;
    },
    putBlob: async ({ digest }, open) => storeStream(directory, blobName(name, digest), await open()),
    async putManifest({ bytes, digest }, { instance = false } = {}) {
      const path = instance ? `${blobName(name, digest)}.manifest.json` : 'manifest.json';
      if (instance) kept.add(path);
      storeDocument(directory, path, bytes);
      written ||= !instance;
    },
    async commit() {
      if (!written) throw cannotWrite(name, 'no manifest was put there');
      for (const file of listDirectory(directory))
        if (OURS.test(file) && !kept.has(file)) removeFile(`${directory}/${file}`);
      syncDirectory(directory);
    },
    async close() {},
  };
}

function checkDirectory(directory: string, name: string): void {
  const status = statPath(directory);
  if (status !== undefined && status.kind !== 'directory') throw cannotWrite(name, `it is ${kindInWords(status)}`);
  const names = listDirectory(directory);
  if (names.length > 0 && !names.includes('version'))
    throw cannotWrite(name, 'the directory is not empty and holds no image of this kind');
}
