/** What a registry, or somebody on the way to it, can send wrong: one clear line, exit 125, and a store as before. */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { digestOf } from '../../spec/digest.ts';
import { MEDIA_TYPE } from '../../spec/image.ts';
import { privateWorld } from '../cli/limpid.ts';
import {
  hostileRegistry,
  manifestResponse,
  smallImage,
  type Answer,
  type HostileRegistry,
  type SmallImage,
} from './hostile-registry.ts';

const { directory, limpid, limpidWith } = privateWorld();
const IMAGE = smallImage();
const LAYER = digestOf(IMAGE.layer);
/** How a message about the layer begins: what, and from where. */
const FOR_LAYER = new RegExp(`^cannot \\w+ (?:blob|layer) ${LAYER} of \\S*HOST/app:1`);
const registries: HostileRegistry[] = [];
let before: string[];

beforeAll(async () => {
  // The store's own directories are there from its first use on.
  await pull(open(() => undefined).host);
  expect((await limpid('rmi', '--all')).code).toBe(0);
  before = everything();
});
afterEach(() => expect(everything()).toEqual(before));
afterAll(() => Promise.all(registries.map((registry) => registry.stop())));

function open(answer: Answer, image?: SmallImage): HostileRegistry {
  const registry = hostileRegistry(answer, image);
  registries.push(registry);
  return registry;
}

const everything = () =>
  (readdirSync(`${directory}/root`, { recursive: true }) as string[]).filter((name) => !name.endsWith('lock')).sort();
const pull = (host: string, name = 'app:1') => limpid('pull', '-q', '--tls-verify=false', `${host}/${name}`);

/** The error of a pull that has to fail, with the registry's host as HOST. */
async function failure(answer: Answer, image?: SmallImage): Promise<string> {
  const { host } = open(answer, image);
  const { code, out, err } = await pull(host);
  expect({ code, out }).toEqual({ code: 125, out: '' });
  return err
    .replaceAll(host, 'HOST')
    .replace(/^Error: /, '')
    .trimEnd();
}

const onLayer =
  (response: () => Response): Answer =>
  (_, { pathname }) =>
    pathname.endsWith(LAYER) ? response() : undefined;
const onManifest =
  (response: () => Response): Answer =>
  (_, { pathname }) =>
    pathname.includes('/manifests/') ? response() : undefined;

test('an unknown host', async () => {
  const { code, err } = await limpid('pull', '-q', 'registry.invalid/app:1');
  expect({ code, err }).toEqual({
    code: 125,
    err: 'Error: cannot pull "registry.invalid/app:1": ENOTFOUND, the host "registry.invalid" is not known\n',
  });
});

test('a refused connection', async () => {
  const registry = open(() => undefined);
  await registry.stop();
  expect((await pull(registry.host)).err.replaceAll(registry.host, 'HOST')).toBe(
    'Error: cannot pull "HOST/app:1": ECONNREFUSED, nothing listens at "HOST", or it refuses connections\n',
  );
});

test('no TLS where it is wanted', async () => {
  const { host } = open(() => undefined);
  const { code, err } = await limpid('pull', '-q', `${host}/app:1`);
  expect(code).toBe(125);
  expect(err).toStartWith(`Error: cannot pull "${host}/app:1": no safe connection to "${host}": it does not speak TLS`);
});

test('404 for a tag names the nearest ones', async () => {
  const answer: Answer = (_, { pathname }) => {
    if (pathname.includes('/manifests/')) return new Response(null, { status: 404 });
    return pathname.endsWith('/tags/list')
      ? Response.json({ name: 'app', tags: ['2.0', '1.1', '1.0', 'latest'] })
      : undefined;
  };
  expect(await failure(answer)).toBe(
    'cannot pull "HOST/app:1": "HOST" has no tag "1" of "app" (hint: nearest tags: "1.1", "1.0", "2.0")',
  );
});

test('404 for the repository', async () => {
  expect(await failure(() => new Response(null, { status: 404 }))).toBe(
    'cannot pull "HOST/app:1": "HOST" has no repository "app"',
  );
});

test('403 says which credentials were tried, never their value', async () => {
  const { host } = open(() =>
    Response.json({ errors: [{ code: 'DENIED', message: 'not\u001byours' }] }, { status: 403 }),
  );
  const { err } = await limpid('pull', '-q', '--tls-verify=false', '--creds', 'bob:s3cret', `${host}/app:1`);
  expect(err.replaceAll(host, 'HOST')).toBe(
    'Error: cannot pull "HOST/app:1": "HOST" answered 403, forbidden ("not\\x1byours"); ' +
      'tried the credentials of "bob" from --creds (hint: limpid login HOST)\n',
  );
});

test('a manifest that is not what its digest says', async () => {
  const { host } = open(() => undefined);
  const { err } = await pull(host, `app@sha256:${'0'.repeat(64)}`);
  const digest = digestOf(new TextEncoder().encode(JSON.stringify(IMAGE.manifest)));
  expect(err).toBe(
    `Error: cannot pull "${host}/app@sha256:${'0'.repeat(64)}": "${host}" sent a manifest of digest ${digest}, ` +
      `expected sha256:${'0'.repeat(64)}\n`,
  );
});

test('a manifest that is not what its own header says', async () => {
  const answer = onManifest(() => {
    const response = manifestResponse(IMAGE.manifest);
    response.headers.set('docker-content-digest', `sha256:${'0'.repeat(64)}`);
    return response;
  });
  expect(await failure(answer)).toEndWith(`, and called it sha256:${'0'.repeat(64)}`);
});

test('a blob of another content', async () => {
  const other = new Uint8Array(IMAGE.layer.length).fill(7);
  const message = await failure(onLayer(() => new Response(other)));
  expect(message).toMatch(FOR_LAYER);
  expect(message).toContain(digestOf(other));
});

test('a blob that is longer, or shorter, by its own word', async () => {
  const size = IMAGE.layer.length;
  for (const wrong of [size + 1, size - 1]) {
    const message = await failure(onLayer(() => new Response(new Uint8Array(wrong))));
    expect(message).toMatch(FOR_LAYER);
    expect(message).toEndWith(`: "HOST" sends ${wrong} bytes, expected ${size}`);
  }
});

test('a blob that does not end', async () => {
  const endless = () =>
    new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(16)),
    });
  const message = await failure(onLayer(() => new Response(endless())));
  expect(message).toMatch(FOR_LAYER);
  expect(message).toEndWith(`: "HOST" sends more than the ${IMAGE.layer.length} bytes that were expected`);
});

test('a transfer that stalls', async () => {
  const { host } = open(
    onLayer(() => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(3)) }))),
  );
  const env = { LIMPID_STALL_SECONDS: '0.5' };
  const { code, err } = await limpidWith({ env }, 'pull', '-q', '--tls-verify=false', `${host}/app:1`);
  expect(code).toBe(125);
  expect(err.replaceAll(host, 'HOST').replace('Error: ', '')).toMatch(FOR_LAYER);
  expect(err).toEndWith(`: the transfer stalled: nothing came for 0.5 s (3 of ${IMAGE.layer.length} bytes had come)\n`);
});

test('a ring of redirects, and a chain without end', async () => {
  const ring = onManifest(() => new Response(null, { status: 307, headers: { location: '?' } }));
  expect(await failure(ring)).toBe('cannot pull "HOST/app:1": "HOST" redirects in a ring, over "HOST"');
  let steps = 0;
  const chain = onManifest(() => new Response(null, { status: 302, headers: { location: `?${steps++}` } }));
  expect(await failure(chain)).toBe('cannot pull "HOST/app:1": more than 10 redirects, the last to "HOST"');
});

test.each([
  ['file:///etc/shadow', 'redirects to a "file:" address'],
  ['', 'redirects to nowhere'],
  ['http://', 'redirects to nowhere'],
])('a redirect to %p', async (location, why) => {
  expect(await failure(onManifest(() => new Response(null, { status: 307, headers: { location } })))).toBe(
    `cannot pull "HOST/app:1": "HOST" ${why}`,
  );
});

test('a manifest that is two kinds at once', async () => {
  const both = { ...IMAGE.manifest, manifests: [] };
  expect(await failure(onManifest(() => manifestResponse(both)))).toContain(
    'it is an index and an image manifest at once',
  );
});

test('an index that is called a manifest', async () => {
  const index = { schemaVersion: 2, manifests: [] };
  expect(await failure(onManifest(() => manifestResponse(index)))).toContain(
    'it is called application/vnd.oci.image.manifest.v1+json, but its content is an index',
  );
});

test("Docker's schema 1", async () => {
  const old = { schemaVersion: 1, name: 'app', fsLayers: [] };
  const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
  expect(await failure(onManifest(() => manifestResponse(old, type)))).toContain("it is of Docker's schema 1");
});

test('a manifest of 5 MB', async () => {
  expect(await failure(onManifest(() => new Response(' '.repeat(5e6))))).toBe(
    'cannot pull "HOST/app:1": the answer is longer than 4194304 bytes',
  );
});

test('indexes in indexes without end', async () => {
  const platform = { architecture: 'amd64', os: 'linux' };
  // Each names the one below it by digest, so they have to be made from the bottom up.
  const indexes = new Map<string, string>();
  let below = { mediaType: MEDIA_TYPE.ociIndex, digest: `sha256:${'1'.repeat(64)}`, size: 9, platform };
  let top = '';
  for (let depth = 0; depth < 200; depth++) {
    top = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [below] });
    const digest = digestOf(new TextEncoder().encode(top));
    indexes.set(digest, top);
    below = { mediaType: MEDIA_TYPE.ociIndex, digest, size: top.length, platform };
  }
  let asked = 0;
  const answer: Answer = (_, { pathname }) => {
    if (!pathname.includes('/manifests/')) return undefined;
    asked++;
    const body = indexes.get(pathname.slice(pathname.lastIndexOf('/') + 1)) ?? top;
    return new Response(body, { headers: { 'content-type': MEDIA_TYPE.ociIndex } });
  };
  expect(await failure(answer)).toMatch(/index/);
  expect(asked).toBeLessThan(10);
});

test('an image for another platform', async () => {
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: MEDIA_TYPE.ociManifest,
        digest: `sha256:${'1'.repeat(64)}`,
        size: 9,
        platform: { architecture: 's390x', os: 'linux' },
      },
    ],
  };
  expect(await failure(onManifest(() => manifestResponse(index, MEDIA_TYPE.ociIndex)))).toContain('s390x');
  expect(await failure(() => undefined, smallImage({ architecture: 's390x' }))).toContain('s390x');
});

test('a config with other diff ids than the layers', async () => {
  const image = smallImage({ rootfs: { type: 'layers', diff_ids: [`sha256:${'2'.repeat(64)}`] } });
  expect(await failure(() => undefined, image)).toContain(`sha256:${'2'.repeat(64)}`);
  const none = smallImage({ rootfs: { type: 'layers', diff_ids: [] } });
  expect(await failure(() => undefined, none)).toMatch(/1.*0|0.*1/);
});

test('foreign layers are not fetched from where the manifest says', async () => {
  const image = smallImage();
  const [layer] = image.manifest['layers'] as Record<string, unknown>[];
  const other = open(() => undefined);
  const foreign = {
    ...layer,
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    urls: [`${other.origin}/x`],
  };
  expect(await failure(() => undefined, { ...image, manifest: { ...image.manifest, layers: [foreign] } })).toContain(
    'foreign',
  );
  expect(other.requests).toEqual([]);
});

test.each([
  ['no JSON', 'nonsense', 'it is no JSON'],
  ['a list', '[]', 'it is no JSON object'],
  ['nothing', '{}', 'it has neither'],
  ['a size below zero', { config: { mediaType: 'a/b', digest: LAYER, size: -1 }, layers: [] }, '"config.size"'],
  [
    'a digest with a path in it',
    { config: { mediaType: 'a/b', digest: 'sha256:../../etc', size: 1 }, layers: [] },
    '"config.digest"',
  ],
])('a manifest that is %s', async (_, body, why) => {
  const text = typeof body === 'string' ? body : JSON.stringify({ schemaVersion: 2, ...body });
  const type = MEDIA_TYPE.ociManifest;
  expect(await failure(onManifest(() => new Response(text, { headers: { 'content-type': type } })))).toContain(why);
});

test('a proxy is asked for other machines alone', async () => {
  const { host } = open(() => undefined);
  const proxy = open(() => new Response('proxied', { status: 404 }));
  const env = { HTTP_PROXY: proxy.origin, http_proxy: proxy.origin, HTTPS_PROXY: proxy.origin, NO_PROXY: '' };
  const words = ['pull', '-q', '--tls-verify=false'];
  expect(await limpidWith({ env }, ...words, `${host}/app:1`)).toMatchObject({ code: 0, err: '' });
  expect(proxy.requests).toEqual([]);
  expect((await limpid('rmi', `${host}/app:1`)).code).toBe(0);
  expect((await limpidWith({ env }, ...words, 'registry.invalid/app:1')).code).toBe(125);
  expect(proxy.requests.length).toBeGreaterThan(0);
});

test('429 and 503 are waited for; one that asks for too long has failed', async () => {
  let tries = 0;
  const { host } = open(
    onManifest(() => {
      const status = [429, 503, 200][Math.min(tries++, 2)]!;
      return status === 200
        ? manifestResponse(IMAGE.manifest)
        : new Response(null, { status, headers: { 'retry-after': '0' } });
    }),
  );
  expect(await pull(host)).toMatchObject({ code: 0, err: '' });
  expect(tries).toBe(3);
  expect((await limpid('rmi', `${host}/app:1`)).code).toBe(0);
  expect(
    await failure(onManifest(() => new Response(null, { status: 429, headers: { 'retry-after': '86400' } }))),
  ).toBe(
    'cannot pull "HOST/app:1": "HOST" answered 429, too many requests (hint: wait, or log in: registries allow more to those whom they know)',
  );
});

test("what a search finds is data: Docker's search, with descriptions that would move a terminal", async () => {
  const results = [
    { name: 'lab/a', description: 'one\u001b[2J\ntwo  \u202ethree', star_count: 7, is_official: true },
    { name: 'b\u0007', description: null, star_count: 0 },
  ];
  const { host, requests } = open((_, { pathname }) =>
    pathname === '/v1/search' ? Response.json({ num_results: 2, results }) : undefined,
  );
  const search = (...words: string[]) => limpid('search', '--tls-verify=false', ...words, `${host}/la&b`);
  expect((await search('--compatible')).out.replaceAll(host, 'HOST').replace(/ +/g, ' ')).toBe(
    'NAME DESCRIPTION STARS OFFICIAL AUTOMATED\nHOST/lab/a one\\x1b[2J two \\u202ethree 7 [OK] \nHOST/b\\x07 0 \n',
  );
  expect(requests[0]!.path).toBe('/v1/search?q=la%26b&n=25');
  expect((await search('--filter', 'stars=5', '--format', '{{.Name}} {{.Official}}')).out).toBe(`${host}/lab/a [OK]\n`);
  const { out } = await search('--format', 'json');
  expect((JSON.parse(out) as { Index: string; Stars: number }[]).map(({ Index, Stars }) => [Index, Stars])).toEqual([
    [host, 7],
    [host, 0],
  ]);
});

test.each([
  ['{"results": [{"name": 7}]}', 'its answer is no list of images: "results[0].name": 7 is not text'],
  ['<html>', 'it has neither a search nor a catalog'],
])('a search that answers %p', async (text, why) => {
  const { host } = open((_, { pathname }) =>
    pathname === '/v1/search' ? new Response(text) : new Response(null, { status: 404 }),
  );
  const { code, err } = await limpid('search', '--tls-verify=false', `${host}/a`);
  expect(code).toBe(125);
  expect(err.replaceAll(host, 'HOST')).toContain(why);
});
