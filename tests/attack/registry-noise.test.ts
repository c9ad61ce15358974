/** Whatever a registry answers, in whatever order: an image, or an error of ours with a code; never a password elsewhere. */
import { afterAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../../base/error.ts';
import { checkLogin } from '../../registry/check-login.ts';
import { registryDestination } from '../../registry/destination.ts';
import { ownHost } from '../../registry/host-view.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { searchRegistry } from '../../registry/search.ts';
import { registrySource } from '../../registry/source.ts';
import { listTags } from '../../registry/tags.ts';
import { parseManifest } from '../../spec/image-parse.ts';
import { MEDIA_TYPE, type Descriptor } from '../../spec/image.ts';
import { parseReference } from '../../spec/reference.ts';
import { hostileRegistry, json, smallImage } from './hostile-registry.ts';

const IMAGE = smallImage();
const layer = (IMAGE.manifest['layers'] as Descriptor[])[0]!;
const CODES =
  /^E(?:BUSY|CONNREFUSED|DIGEST|FORBIDDEN|MANIFEST|NOBLOB|NOMANIFEST|NOREPOSITORY|RATELIMIT|REDIRECT|REGISTRY|SIZE|TIMEDOUT|TRANSFER|UNAUTHORIZED)$/;

const thief = hostileRegistry(() => Response.json({ token: 'stolen' }));
let script: readonly Reply[] = [];
const registry = hostileRegistry(() => replies.next().value);
afterAll(() => Promise.all([thief.stop(), registry.stop()]));

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

let replies = play();
/** The script from its beginning; after its end the good registry answers. */
function* play(): Generator<Response | undefined, undefined> {
  for (const { status, headers, body } of script) {
    yield new Response([204, 304].includes(status) ? null : body, { status, headers });
  }
  return undefined;
}

const address = fc.constantFrom(
  thief.origin,
  `${thief.origin}/t`,
  registry.origin,
  '/v2/app/x',
  '?a',
  '',
  'file:///etc/passwd',
  'http://[',
  'gopher://x/',
  '//',
  `//${thief.host}/x`,
);
const challenge = fc.oneof(
  address.map((realm) => `Bearer realm="${realm}",service="s",scope="repository:x:pull"`),
  fc.constantFrom('Basic realm="x"', 'Basic', 'Digest realm="x"', 'Bearer', 'Bearer realm=', ', ,', ''),
  fc.stringMatching(/^[ -~]{0,60}$/),
);
const headers = fc.record(
  {
    'www-authenticate': challenge,
    location: address,
    link: fc.oneof(
      address.map((url) => `<${url}>; rel="next"`),
      fc.constantFrom('<>; rel=next', '<'),
    ),
    'content-type': fc.constantFrom(
      MEDIA_TYPE.ociManifest,
      MEDIA_TYPE.ociIndex,
      'text/html',
      ';',
      'application/json; charset=utf-8',
    ),
    'docker-content-digest': fc.constantFrom('sha256:x', `sha256:${'0'.repeat(64)}`, 'md5:1', ''),
    'content-range': fc.constantFrom('bytes 0-1/2', 'bytes', '-', `bytes 5-29/30`),
    range: fc.constantFrom('0-1', 'x', 'bytes=0-29'),
    'retry-after': fc.constantFrom('0', '-1', '99999999', 'soon'),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.constantFrom<string | Uint8Array>(
    '',
    '{',
    'null',
    '[]',
    '{"token":7}',
    '{"token":"a b"}',
    '{"errors":[null]}',
    '{"errors":7}',
    '{"tags":[1,"a"]}',
    '{"tags":7}',
    '{"repositories":[7]}',
  ),
  fc.constant<string | Uint8Array>(json(IMAGE.manifest)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.uint8Array({ maxLength: 40 }),
);
const status = fc.constantFrom(
  200,
  200,
  200,
  201,
  202,
  204,
  206,
  301,
  302,
  307,
  308,
  304,
  400,
  401,
  401,
  401,
  403,
  404,
  416,
  429,
  500,
  503,
  599,
);
const script$ = fc.array(fc.record({ status, headers, body }), { maxLength: 8 });

const options: RegistryOptions = {
  tlsVerify: false,
  credentials: { username: 'bob', password: 's3cret' },
  host: { ...ownHost(), env: { HOME: '/nonexistent', CONTAINERS_REGISTRIES_CONF: '/nonexistent' } },
  pacing: { tries: 2, firstDelayMs: 0, longestDelayMs: 1, stallTimeoutMs: 5000, answerTimeoutMs: 5000 },
};
const reference = parseReference(`${registry.host}/app:1`);

const acts: readonly (() => Promise<unknown>)[] = [
  async () => {
    const source = registrySource(reference, options);
    const { bytes, mediaType } = await source.manifest();
    parseManifest(bytes, mediaType, 'it');
    return new Response(await source.blob(layer)).bytes();
  },
  async () => {
    const destination = registryDestination(reference, options);
    if (!(await destination.hasBlob(layer)))
      await destination.putBlob(layer, () => Promise.resolve(new Response(IMAGE.layer).body!), {
        mount: { from: 'x' },
      });
    const bytes = json(IMAGE.manifest);
    await destination.putManifest({ bytes, mediaType: MEDIA_TYPE.ociManifest, digest: 'sha256:x' });
  },
  () => listTags(reference, options),
  () => searchRegistry(registry.host, 'a', options),
  () => checkLogin(registry.host, options.credentials!, options),
];

test.each(acts.map((act, index) => [['pull', 'push', 'tags', 'search', 'login'][index]!, act] as const))(
  'law: %s comes to its end, with what it wants or a code, and tells nobody else a password',
  async (_, act) => {
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(script$, async (wanted) => {
        script = wanted;
        replies = play();
        try {
          await act();
        } catch (error) {
          if (!(error instanceof LimpidError)) throw error;
          expect(error.code).toMatch(CODES);
          expect(error.message).not.toMatch(/s3cret|Ym9iOnMzY3JldA/);
          codes.add(error.code);
        }
        expect(
          thief.requests
            .map(
              ({ authorization, path }) => `${authorization === 'Bearer stolen' ? '' : (authorization ?? '')}${path}`,
            )
            .join(),
        ).not.toMatch(/bob|s3cret|Basic/);
        thief.requests.length = 0;
      }),
      { numRuns: 80 },
    );
    // The noise is no noise if it all ends in the same way. A search knows five codes, and 80 scripts often bring but four.
    expect(codes.size).toBeGreaterThan(1);
  },
  300_000,
);
