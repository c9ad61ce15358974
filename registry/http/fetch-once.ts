import type { WebRequest } from './follow.ts';
import { TimedOut } from './network-failure.ts';
import { isThisMachine } from './this-machine.ts';

/**
 * One request to one address, whose answer's head comes in time: from its beginning, or from the last piece of a body that
 * is sent. Throws what `fetch` throws, or `TimedOut`.
 */
export async function fetchOnce(request: WebRequest, url: URL): Promise<Response> {
  const isOwnOrigin = url.origin === request.url.origin;
  const { authorization, answerTimeoutMs, headers, method } = request;
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort(new TimedOut(`"${url.host}" did not answer within ${answerTimeoutMs / 1000} s`));
  }, answerTimeoutMs);
  try {
    const body = await request.body?.();
    return await fetch(url, {
      method,
      // Digests are over bytes as stored: no content encoding is asked for, and none undone.
      headers: {
        'user-agent': 'limpid',
        'accept-encoding': 'identity',
        ...headers,
        ...(isOwnOrigin && authorization !== undefined ? { authorization } : {}),
      },
      ...(body === undefined
        ? {}
        : { body: body instanceof ReadableStream ? watched(body, () => timer.refresh()) : body }),
      redirect: 'manual',
      signal: abort.signal,
      tls: (isOwnOrigin ? request.tls : request.tlsForOthers) as BunFetchRequestInitTLS,
      decompress: false,
      timeout: false,
      // What HTTP_PROXY and HTTPS_PROXY are not meant for, as every other client has it: a proxy's loopback is another.
      ...(isThisMachine(url.hostname) ? { proxy: false } : {}),
    } as BunFetchRequestInit);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** The same body; each piece that is taken of it shows that the transfer goes on. */
function watched(body: ReadableStream<Uint8Array>, goesOn: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value } = await reader.read();
        goesOn();
        if (value === undefined) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
