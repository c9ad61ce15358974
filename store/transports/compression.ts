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

/** What a descriptor calls a layer that is compressed in this way, in the words of the family that it belongs to. */
export function typeOfCompression(like: string, compression: ReturnType<typeof compressionOf>): string {
  const docker = like.startsWith('application/vnd.docker.');
  if (compression === 'gzip') return docker ? MEDIA_TYPE.dockerLayerGzip : MEDIA_TYPE.ociLayerGzip;
  if (compression === 'zstd') return docker ? `${MEDIA_TYPE.dockerLayer}.zstd` : MEDIA_TYPE.ociLayerZstd;
  return docker ? MEDIA_TYPE.dockerLayer : MEDIA_TYPE.ociLayer;
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
