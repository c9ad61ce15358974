import type { Descriptor } from '../spec/image.ts';
import { failure, type Errand } from './errand.ts';
import type { Connection } from './http/connection.ts';
import type { WebAnswer } from './http/follow.ts';
import { pullScope } from './manifest.ts';

export type OpenBlob = () => Promise<ReadableStream<Uint8Array>>;

/** Whether the repository has a blob, of the right size where the registry says one. */
export async function blobExists(
  connection: Connection,
  { digest, size }: Descriptor,
  errand: Errand,
): Promise<boolean> {
  const { repository } = connection.endpoint;
  const { response } = await connection.send({
    method: 'HEAD',
    target: `/v2/${repository}/blobs/${digest}`,
    scopes: [pushScope(repository)],
    errand,
    expect: [200, 404],
  });
  const length = response.headers.get('content-length');
  return response.status === 200 && (length === null || Number(length) === size);
}

/**
 * Begins an upload, or mounts the blob from another repository of the registry. `undefined` where it is there by that:
 * else the address for the upload. A registry that cannot or may not mount begins an upload instead.
 */
export async function beginUpload(
  connection: Connection,
  { digest }: Descriptor,
  mountFrom: string | undefined,
  errand: Errand,
): Promise<URL | undefined> {
  const { repository } = connection.endpoint;
  const query =
    mountFrom === undefined ? '' : `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(mountFrom)}`;
  const answer = await connection.send({
    method: 'POST',
    target: `/v2/${repository}/blobs/uploads/${query}`,
    headers: { 'content-length': '0' },
    scopes: [pushScope(repository), ...(mountFrom === undefined ? [] : [pullScope(mountFrom)])],
    errand,
    expect: mountFrom === undefined ? [202] : [201, 202],
  });
  await answer.response.body?.cancel();
  return answer.response.status === 201 ? undefined : uploadAddress(answer, errand);
}

/** Sends the whole blob in one PATCH as it streams, and closes the upload with its digest. Tried once: it cannot be resumed. */
export async function sendBlob(
  connection: Connection,
  upload: URL,
  { digest, size }: Descriptor,
  open: OpenBlob,
  errand: Errand,
): Promise<void> {
  const common = { scopes: [pushScope(connection.endpoint.repository)], errand, once: true };
  const patched = await connection.send({
    ...common,
    method: 'PATCH',
    target: upload,
    headers: { 'content-type': 'application/octet-stream' },
    body: open,
    expect: [202, 204],
  });
  await patched.response.body?.cancel();
  const range = patched.response.headers.get('range');
  if (range !== null && size > 0 && range.replace(/^bytes=/, '') !== `0-${size - 1}`)
    throw failure('ETRANSFER', errand, `"${patched.url.host}" took the range ${range}, sent were ${size} bytes`);
  const last = uploadAddress(patched, errand);
  last.searchParams.set('digest', digest);
  const done = await connection.send({
    ...common,
    method: 'PUT',
    target: last,
    headers: { 'content-length': '0' },
    expect: [201, 204],
  });
  await done.response.body?.cancel();
}

export function pushScope(repository: string): string {
  return `repository:${repository}:pull,push`;
}

/** Where the registry wants what follows: its `Location`, relative or whole. Another host's gets no authorization. */
function uploadAddress({ response, url }: WebAnswer, errand: Errand): URL {
  const location = response.headers.get('location');
  const next = location === null ? null : URL.parse(location, url.href);
  if (next === null || (next.protocol !== 'https:' && next.protocol !== 'http:'))
    throw failure('EREGISTRY', errand, `"${url.host}" says nowhere to upload to`);
  if (next.protocol === 'http:' && url.protocol === 'https:')
    throw failure('EREDIRECT', errand, `"${url.host}" wants an upload without TLS, at "${next.host}"`);
  next.username = '';
  next.password = '';
  return next;
}
