import { LimpidError } from '../../base/error.ts';
import type { ImageDestination } from '../../spec/image-transport.ts';
import type { StorePlace } from '../place.ts';
import { dockerArchiveOut } from './archive-destinations.ts';
import { rewritableSink } from './archive-sink.ts';
import type { ImageCollection } from './collection.ts';
import { openDockerArchive } from './docker-archive-source.ts';
import { dockerHost } from './docker-host.ts';
import { badImages, noSuchImage } from './fault.ts';
import { openArchiveStream } from './open-archive.ts';
import { createSpool } from './spool.ts';
import { streamOf } from './stream-of.ts';

/** An image of a running Docker daemon, fetched as the archive that `docker save` writes. */
export async function openDockerImage(place: StorePlace, reference: string, name: string): Promise<ImageCollection> {
  const answer = await ask(name, `/images/${encodeURIComponent(reference)}/get`, {});
  if (answer.status === 404) throw noSuchImage(name, reference, []);
  if (!answer.ok || answer.body === null) throw refused(name, answer.status, await answer.text());
  const files = await openArchiveStream(place, streamOf(archiveOf(answer.body, name)), name);
  try {
    // The list that belongs to what was asked for; the layout beside it may say more.
    return openDockerArchive(files);
  } catch (error) {
    files.close();
    throw error;
  }
}

async function* archiveOf(body: ReadableStream<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw badImages(
      name,
      `Docker broke off in the middle of it: ${(error as { code?: string }).code ?? String(error)}`,
    );
  }
}

/** A running Docker daemon as a destination: the archive is made aside, and sent at the commit. */
export function dockerDaemonDestination(place: StorePlace, reference: string, name: string): ImageDestination {
  const file = createSpool(place, name);
  const archive = dockerArchiveOut(rewritableSink(file, name, () => {}));
  const image = archive.image([reference]);
  return {
    ...image,
    name,
    async commit() {
      await image.commit();
      archive.finish();
      await send(`/proc/self/fd/${file.fd}`, name);
    },
    async close() {
      archive.close();
    },
  };
}

async function send(path: string, name: string): Promise<void> {
  const headers = { 'content-type': 'application/x-tar' };
  const answer = await ask(name, '/images/load?quiet=1', { method: 'POST', headers, body: Bun.file(path) });
  const text = await answer.text();
  if (!answer.ok) throw refused(name, answer.status, text);
  // Docker has begun its answer before it knows: the failure is in a line of it.
  const failure = text.split('\n').find((line) => line.includes('"error"'));
  if (failure !== undefined) throw refused(name, answer.status, failure);
}

async function ask(name: string, path: string, init: BunFetchRequestInit): Promise<Response> {
  const { shown, origin, options } = dockerHost(name);
  try {
    // No version in the path: the daemon takes its own.
    return await fetch(`${origin}${path}`, {
      ...init,
      ...options,
      timeout: false,
      redirect: 'error',
    } as BunFetchRequestInit);
  } catch (error) {
    throw new LimpidError({
      code: 'EDOCKER',
      doing: 'ask',
      subject: `Docker at "${shown}" for "${name}"`,
      why: connectTrouble(error),
      hint: 'is its daemon running? DOCKER_HOST=unix://PATH or tcp://HOST:PORT names another place',
    });
  }
}

function connectTrouble(error: unknown): string {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  return ['ENOENT', 'ECONNREFUSED', 'FailedToOpenSocket', 'ConnectionRefused'].includes(code)
    ? 'nobody listens there'
    : message;
}

function refused(name: string, status: number, body: string): LimpidError {
  let why = body.trim();
  try {
    const { message, error } = JSON.parse(body) as { message?: unknown; error?: unknown };
    why = String(message ?? error ?? why);
  } catch {}
  return new LimpidError({
    code: 'EDOCKER',
    doing: 'use',
    subject: `"${name}"`,
    why: `Docker answers ${status}: ${why.slice(0, 300)}`,
  });
}
