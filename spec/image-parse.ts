import { LimpidError } from '../base/error.ts';
import { decodeDocument } from './decode.ts';
import { MEDIA_TYPE, type ImageConfig, type ImageIndex, type ImageManifest } from './image.ts';
import { imageConfig, imageIndex, imageManifest } from './image-decode.ts';
import { isIndexType } from './manifest-kind.ts';

/** What a manifest's bytes turned out to be. */
export type ParsedManifest =
  | { readonly kind: 'manifest'; readonly manifest: ImageManifest }
  | { readonly kind: 'index'; readonly index: ImageIndex };

/** Of a config; it holds history and labels. */
export const CONFIG_LIMIT_BYTES = 16 * 1024 * 1024;

const MANIFEST_TYPES: readonly string[] = [MEDIA_TYPE.ociManifest, MEDIA_TYPE.dockerManifest];
const FOREIGN_LAYER = /\.nondistributable\.|\.foreign\./;

/**
 * Reads a manifest or an index from untrusted bytes. What it is says its content; `mediaType`, what the origin called it,
 * has to agree, and a document that is both kinds at once is neither (image-spec, "mediaType" and CVE-2021-41190).
 * Throws `EMANIFEST`; `name` is for the message.
 */
export function parseManifest(bytes: Uint8Array, mediaType: string | undefined, name: string): ParsedManifest {
  const fault = (path: string, why: string) => documentFault('EMANIFEST', name, path, why);
  const document = parseDocument(bytes, fault);
  const inner = document['mediaType'];
  if (
    document['schemaVersion'] === 1 ||
    (typeof mediaType === 'string' && /distribution\.manifest\.v1\+(?:json|prettyjws)/.test(mediaType))
  )
    throw fault(
      '',
      "it is of Docker's schema 1, which nothing signs or addresses safely; push the image again with a newer client",
    );
  const isIndex = 'manifests' in document;
  const isManifest = 'layers' in document || 'config' in document;
  if (isIndex && isManifest) throw fault('', 'it is an index and an image manifest at once');
  if (!isIndex && !isManifest) throw fault('', 'it has neither "manifests" nor "config" and "layers"');
  checkKind(isIndex, inner, fault);
  checkKind(isIndex, mediaType, fault);
  return isIndex
    ? { kind: 'index', index: decodeDocument(imageIndex, document, fault) }
    : { kind: 'manifest', manifest: decodeDocument(imageManifest, document, fault) };
}

/** Reads an image's config from untrusted bytes. Throws `ECONFIG`; `name` is for the message. */
export function parseImageConfig(bytes: Uint8Array, name: string): ImageConfig {
  const fault = (path: string, why: string) => documentFault('ECONFIG', name, path, why);
  return decodeDocument(imageConfig, parseDocument(bytes, fault), fault);
}

/** A layer that its registry does not keep (Windows bases): image-spec asks not to fetch its URLs unasked. */
export function isForeignLayer(mediaType: string): boolean {
  return FOREIGN_LAYER.test(mediaType);
}

type Fault = (path: string, why: string) => LimpidError;

function checkKind(isIndex: boolean, mediaType: unknown, fault: Fault): void {
  if (typeof mediaType !== 'string') return;
  const isWrong = isIndex ? MANIFEST_TYPES.includes(mediaType) : isIndexType(mediaType);
  if (isWrong)
    throw fault('', `it is called ${mediaType}, but its content is ${isIndex ? 'an index' : 'an image manifest'}`);
}

function parseDocument(bytes: Uint8Array, fault: Fault): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw fault('', 'it is no JSON text in UTF-8');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw fault('', 'it is no JSON object');
}

function documentFault(code: string, name: string, path: string, why: string): LimpidError {
  return new LimpidError({ code, doing: 'use', subject: path === '' ? name : `"${path}" of ${name}`, why });
}
