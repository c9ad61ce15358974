/** Transfers that break off, go on, are slow or start over, against a server that does so on purpose. */
import { afterEach, expect, test } from 'bun:test';
import { LimpidError } from '../../base/error.ts';
import { registryDestination } from '../../registry/destination.ts';
import { ownHost } from '../../registry/host-view.ts';
import type { Pacing, RegistryOptions } from '../../registry/options.ts';
import { registrySource } from '../../registry/source.ts';
import { listTags } from '../../registry/tags.ts';
import { digestOf } from '../../spec/digest.ts';
import type { Descriptor } from '../../spec/image.ts';
import { parseReference } from '../../spec/reference.ts';
import { hostileRegistry, type Answer, type HostileRegistry } from '../attack/hostile-registry.ts';

const BYTES = crypto.getRandomValues(new Uint8Array(200_000));
const BLOB: Descriptor = { mediaType: 'application/octet-stream', digest: digestOf(BYTES), size: BYTES.length };

let server: HostileRegistry | undefined;
afterEach(() => server?.stop());

const notices: string[] = [];
/** Without a name or a trace: Bun prints what a stream fails with. */
const CUT = undefined;
/** Patient enough for a busy machine; tests that wait for the end of patience have less. */
const options = (pacing: Partial<Pacing> = {}): RegistryOptions => ({
  tlsVerify: false,
  host: { ...ownHost(), readText: () => Promise.resolve(undefined), listDirectory: () => Promise.resolve([]) },
  pacing: { tries: 3, firstDelayMs: 1, stallTimeoutMs: 5000, answerTimeoutMs: 5000, ...pacing },
  notice: (line) => notices.push(line),
});

function serve(answer: Answer): HostileRegistry {
  notices.length = 0;
  return (server = hostileRegistry(answer));
}

const onBlob =
  (response: (range: string | undefined) => Response): Answer =>
  (request, { pathname }) =>
    pathname.endsWith(BLOB.digest) ? response(request.headers.get('range') ?? undefined) : undefined;
const openBlob = (pacing?: Partial<Pacing>) =>
  registrySource(parseReference(`${server!.host}/app:1`), options(pacing)).blob(BLOB);
const readBlob = async (pacing?: Partial<Pacing>) => new Response(await openBlob(pacing)).bytes();
const ranges = () => server!.requests.filter(({ path }) => path.endsWith(BLOB.digest)).map(({ range }) => range);

/** So many of the bytes, then the connection is cut, or without `cut` ended as if that were all. */
function broken(bytes: Uint8Array, { cut = true } = {}): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    async pull(controller) {
      if (!sent) controller.enqueue(bytes);
      // What was enqueued has to be out before the end.
      else await Bun.sleep(20).then(() => (cut ? controller.error(CUT) : controller.close()));
      sent = true;
    },
  });
}

const rest = (range: string, { upTo = BYTES.length } = {}) => {
  const from = Number(/^bytes=(\d+)-$/.exec(range)![1]);
  const headers = { 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` };
  return { from, bytes: BYTES.subarray(from, upTo), init: { status: 206, headers } };
};

async function thrown(act: Promise<unknown>): Promise<LimpidError> {
  const error = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof LimpidError) return error;
  throw new Error(`no LimpidError was thrown, but ${error}`);
}

test('a blob that breaks off goes on where it was', async () => {
  serve(
    onBlob((range) => {
      if (range === undefined) return new Response(broken(BYTES.subarray(0, 50_000)));
      const { from, bytes, init } = rest(range, { upTo: from50(range) });
      return new Response(from < 100_000 ? broken(bytes) : bytes, init);
    }),
  );
  expect(await readBlob()).toEqual(BYTES);
  expect(ranges()).toEqual([undefined, 'bytes=50000-', 'bytes=100000-']);
  expect(notices).toHaveLength(2);
  expect(notices[0]).toContain('(50000 of 200000 bytes had come); trying again in');
});
const from50 = (range: string) => (range === 'bytes=50000-' ? 100_000 : BYTES.length);

test('a server that knows no ranges sends again what is skipped here', async () => {
  let tries = 0;
  serve(onBlob(() => new Response(tries++ === 0 ? broken(BYTES.subarray(0, 50_000)) : BYTES)));
  expect(await readBlob()).toEqual(BYTES);
  expect(ranges()).toEqual([undefined, 'bytes=50000-']);
});

test('a stalled blob goes on too', async () => {
  serve(
    onBlob((range) => {
      if (range !== undefined) return new Response(rest(range).bytes, rest(range).init);
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(BYTES.subarray(0, 70_000)) }));
    }),
  );
  expect(await readBlob({ stallTimeoutMs: 500 })).toEqual(BYTES);
  expect(ranges()).toEqual([undefined, 'bytes=70000-']);
  expect(notices[0]).toStartWith('the transfer stalled: nothing came for 0.5 s (70000 of 200000 bytes had come)');
});

test('after as many tries without a new byte it fails', async () => {
  serve(onBlob(() => new Response(broken(BYTES.subarray(0, 50_000)))));
  const error = await thrown(readBlob());
  expect(error.code).toBe('ETRANSFER');
  expect(error.message).toContain(`cannot pull blob ${BLOB.digest} of "${server!.host}/app:1": the connection to`);
  expect(error.message).toEndWith('(50000 of 200000 bytes had come)');
  expect(ranges()).toHaveLength(3);
});

test('a blob that ends early, politely', async () => {
  serve(onBlob(() => new Response(broken(BYTES.subarray(0, 50_000), { cut: false }))));
  const error = await thrown(readBlob());
  expect(error.message).toContain('it ended after 50000 of 200000 bytes');
});

test.each([
  ['bytes 0-199999/200000', 'the range "bytes 0-199999/200000", expected "bytes 50000-199999/200000"'],
  ['bytes 50000-199999/300000', 'the range "bytes 50000-199999/300000", expected "bytes 50000-199999/200000"'],
  ['', 'the range "", expected "bytes 50000-199999/200000"'],
])('a range that was not asked for: %p', async (range, why) => {
  serve(
    onBlob((asked) =>
      asked === undefined
        ? new Response(broken(BYTES.subarray(0, 50_000)))
        : new Response(BYTES.subarray(50_000), { status: 206, headers: { 'content-range': range } }),
    ),
  );
  const error = await thrown(readBlob());
  expect(error.code).toBe('ESIZE');
  expect(error.message).toEndWith(`sends ${why}`);
});

test('who reads slowly is not overrun, and who stops reading stops the transfer', async () => {
  let sent = 0;
  const stopped = Promise.withResolvers<void>();
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536));
      sent += 65_536;
    },
    cancel: () => stopped.resolve(),
  });
  serve(onBlob(() => new Response(endless)));
  const source = registrySource(parseReference(`${server!.host}/app:1`), options());
  const reader = (await source.blob({ ...BLOB, size: 1e12 })).getReader();
  await reader.read();
  await Bun.sleep(200);
  // Sockets and Bun hold some; a gigabyte a second would be on its way by now.
  expect(sent).toBeLessThan(40e6);
  await reader.cancel();
  await stopped.promise;
});

test('a server that does not answer at all', async () => {
  serve(() => new Promise<Response>(() => {}));
  const error = await thrown(
    registrySource(parseReference(`${server!.host}/app:1`), options({ answerTimeoutMs: 150 })).manifest(),
  );
  expect(error.message).toBe(`cannot pull "${server!.host}/app:1": "${server!.host}" did not answer within 0.15 s`);
  expect(server!.requests).toHaveLength(3);
});

test.each([
  ['GARBAGE', 'ECONNRESET'],
  ['HTTP/1.1 99999 OK\r\n\r\n', 'Malformed_HTTP_Response'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg', 'InvalidContentLength'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc', 'InvalidHTTPResponse'],
])('an answer that is no HTTP: %p', async (text, why) => {
  const data = (socket: Bun.Socket) => void (socket.write(text), socket.end());
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data } });
  const wanted = { ...options(), credentials: { username: 'bob', password: 'x' } };
  const reference = parseReference(`127.0.0.1:${listener.port}/app:1`);
  const { message, code } = await thrown(registrySource(reference, { ...wanted, pacing: { tries: 1 } }).manifest());
  listener.stop(true);
  expect(code).toBe('ETRANSFER');
  expect(message).toEndWith(`the connection to "127.0.0.1:${listener.port}" broke: ${why}`);
});

test('tags over several pages', async () => {
  serve((_, { pathname, searchParams }) => {
    if (!pathname.endsWith('/tags/list')) return undefined;
    const last = Number(searchParams.get('last') ?? 0);
    const tags = [`t${last + 1}`, `t${last + 2}`];
    const link = `</v2/app/tags/list?last=${last + 2}>; rel="next"`;
    return Response.json({ tags }, last < 4 ? { headers: { link } } : {});
  });
  const reference = parseReference(`${server!.host}/app`);
  expect(await listTags(reference, options())).toEqual(['t1', 't2', 't3', 't4', 't5', 't6']);
  expect(await listTags(reference, options(), 3)).toEqual(['t1', 't2', 't3']);
});

test('an upload starts over where the registry stumbles, at the address that it gives', async () => {
  let patches = 0;
  const received: number[] = [];
  serve(async (request, { pathname }, body) => {
    if (request.method === 'POST')
      return new Response(null, { status: 202, headers: { location: 'relative?state=a%2Fb' } });
    if (request.method === 'PATCH') {
      received.push(body.length);
      return patches++ === 0
        ? new Response(null, { status: 503 })
        : new Response(null, {
            status: 202,
            headers: { location: `${pathname}/last?state=c`, range: `0-${body.length - 1}` },
          });
    }
    return request.method === 'PUT' ? new Response(null, { status: 201 }) : undefined;
  });
  const text = new TextEncoder().encode('x'.repeat(5000));
  const blob = { mediaType: 'text/plain', digest: digestOf(text), size: text.length };
  let opened = 0;
  const open = () => (opened++, Promise.resolve(new Response(text).body!));
  await registryDestination(parseReference(`${server!.host}/app:1`), options()).putBlob(blob, open);
  expect(opened).toBe(2);
  expect(received).toEqual([5000, 5000]);
  expect(server!.requests.map(({ method, path }) => `${method} ${path}`).slice(2)).toEqual([
    'POST /v2/app/blobs/uploads/',
    'PATCH /v2/app/blobs/uploads/relative?state=a%2Fb',
    `PUT /v2/app/blobs/uploads/relative/last?state=c&digest=${encodeURIComponent(blob.digest)}`,
  ]);
});

test('an upload takes the time that it takes; one that stands still is given up', async () => {
  let moves = true;
  const slow = () => {
    let sent = 0;
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (sent === BYTES.length) return controller.close();
          await (moves || sent === 0 ? Bun.sleep(150) : new Promise(() => {}));
          controller.enqueue(BYTES.subarray(sent, sent + 25_000));
          sent += 25_000;
        },
      },
      { highWaterMark: 0 },
    );
  };
  serve((request) => {
    if (request.method === 'PUT') return new Response(null, { status: 201 });
    return new Response(null, { status: 202, headers: { location: '/up' } });
  });
  // Writes have five times as long: one second for each piece, where all of them take more.
  const patience = options({ answerTimeoutMs: 200, tries: 1 });
  const destination = registryDestination(parseReference(`${server!.host}/app:1`), patience);
  await destination.putBlob(BLOB, () => Promise.resolve(slow()));
  moves = false;
  const error = await thrown(destination.putBlob(BLOB, () => Promise.resolve(slow())));
  expect(error.message).toEndWith(`"${server!.host}" did not answer within 1 s`);
});

test('a mount that is forbidden becomes an upload', async () => {
  serve((request, { searchParams }) => {
    if (searchParams.has('mount')) return new Response(null, { status: 403 });
    if (request.method === 'PUT') return new Response(null, { status: 201 });
    return request.method === 'GET' ? undefined : new Response(null, { status: 202, headers: { location: '/up' } });
  });
  const destination = registryDestination(parseReference(`${server!.host}/app:1`), options());
  await destination.putBlob(BLOB, () => Promise.resolve(new Response(BYTES).body!), { mount: { from: 'secret' } });
  expect(
    server!.requests.map(({ method, path }) => `${method} ${path.replace(encodeURIComponent(BLOB.digest), 'DIGEST')}`),
  ).toEqual([
    'POST /v2/app/blobs/uploads/?mount=DIGEST&from=secret',
    'POST /v2/app/blobs/uploads/',
    'PATCH /up',
    'PUT /up?digest=DIGEST',
  ]);
});

test('a range of an upload that is not all of it', async () => {
  serve((request) => {
    if (request.method === 'POST') return new Response(null, { status: 202, headers: { location: '/up' } });
    return new Response(null, { status: 202, headers: { location: '/up', range: '0-9' } });
  });
  const error = await thrown(
    registryDestination(parseReference(`${server!.host}/app:1`), options()).putBlob(BLOB, () =>
      Promise.resolve(new Response(BYTES).body!),
    ),
  );
  expect(error.message).toContain('took the range 0-9, sent were 200000 bytes');
});
