import { MEDIA_TYPE } from '../../spec/image.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** How bytes are compressed, by their first four. */
export function compressionOf(start: Uint8Array): Compression | 'xz' | 'bzip2' {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd) return 'zstd';
  if (start[0] === 0xfd && start[1] === 0x37 && start[2] === 0x7a && start[3] === 0x58) return 'xz';
  if (start[0] === 0x42 && start[1] === 0x5a && start[2] === 0x68) return 'bzip2';
  return 'none';
}

/** How a layer is compressed, by what its descriptor calls it. */
export function compressionOfType(mediaType: string): Compression {
  if (mediaType === MEDIA_TYPE.dockerLayerGzip || mediaType.endsWith('+gzip')) return 'gzip';
  if (mediaType.endsWith('.zstd') || mediaType.endsWith('+zstd')) return 'zstd';
  return 'none';
}

export function decompress(stream: ReadableStream<Uint8Array>, compression: Compression): ReadableStream<Uint8Array> {
  return compression === 'none' ? stream : through(stream, new DecompressionStream(compression as 'gzip'));
}

export function compress(stream: ReadableStream<Uint8Array>, compression: Compression): ReadableStream<Uint8Array> {
  return compression === 'none' ? stream : through(stream, new CompressionStream(compression as 'gzip'));
}

function through(
  stream: ReadableStream<Uint8Array>,
  transform: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
  return stream.pipeThrough(transform as unknown as ReadableWritablePair<Uint8Array, Uint8Array>);
}
