/** A registry whose answers a test chooses, on a free port of this machine. What it is not told to spoil it serves well. */
import { digestOf } from '../../spec/digest.ts';
import { MEDIA_TYPE } from '../../spec/image.ts';

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** Answers instead of the good registry; `undefined` leaves the request to it. */
export type Answer = (request: Request, url: URL, body: string) => Response | undefined | Promise<Response | undefined>;

export interface HostileRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly origin: string;
  readonly requests: SeenRequest[];
  stop(): Promise<void>;
}

/** An image that is well in all respects: an empty layer, for this platform. */
export interface SmallImage {
  readonly manifest: Record<string, unknown>;
  readonly config: Uint8Array;
  readonly layer: Uint8Array;
}

export function smallImage({
  layer = Bun.gzipSync(new Uint8Array(1024)),
  ...config
}: Record<string, unknown> & { layer?: Uint8Array } = {}): SmallImage {
  const bytes = json({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf(new Uint8Array(1024))] },
    ...config,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(bytes), size: bytes.length },
    layers: [{ mediaType: MEDIA_TYPE.ociLayerGzip, digest: digestOf(layer), size: layer.length }],
  };
  return { manifest, config: bytes, layer };
}

/** Serves an image under every name and tag, but where `answer` has its own way. */
export function hostileRegistry(answer: Answer, image = smallImage(), tls?: Bun.TLSOptions): HostileRegistry {
  const requests: SeenRequest[] = [];
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    ...(tls === undefined ? {} : { tls }),
    async fetch(request) {
      const url = new URL(request.url);
      requests.push({
        method: request.method,
        path: url.pathname + url.search,
        authorization: request.headers.get('authorization') ?? undefined,
        range: request.headers.get('range') ?? undefined,
      });
      return (await answer(request, url, await request.text())) ?? serve(url, image);
    },
  });
  const host = `127.0.0.1:${server.port}`;
  return { host, origin: `${tls === undefined ? 'http' : 'https'}://${host}`, requests, stop: () => server.stop(true) };
}

export function manifestResponse(manifest: unknown, mediaType: string = MEDIA_TYPE.ociManifest): Response {
  return new Response(json(manifest), { headers: { 'content-type': mediaType } });
}

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export function unauthorized(challenge: string): Response {
  const body = { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] };
  return Response.json(body, { status: 401, headers: { 'www-authenticate': challenge } });
}

function serve({ pathname }: URL, { manifest, config, layer }: SmallImage): Response {
  if (pathname === '/v2/') return Response.json({});
  if (pathname.includes('/manifests/')) return manifestResponse(manifest);
  for (const blob of [config, layer]) if (pathname.endsWith(`/blobs/${digestOf(blob)}`)) return new Response(blob);
  return Response.json({ errors: [{ code: 'UNKNOWN', message: 'nothing here' }] }, { status: 404 });
}
