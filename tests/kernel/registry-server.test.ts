/** The client against Debian's docker-registry: plain, with passwords, with TLS. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { checkLogin } from '../../registry/check-login.ts';
import { registryDestination } from '../../registry/destination.ts';
import { ownHost } from '../../registry/host-view.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { searchRegistry } from '../../registry/search.ts';
import { registrySource } from '../../registry/source.ts';
import { listTags } from '../../registry/tags.ts';
import { digestOf } from '../../spec/digest.ts';
import { parseManifest } from '../../spec/image-parse.ts';
import { MEDIA_TYPE, type Descriptor } from '../../spec/image.ts';
import type { ManifestBytes } from '../../spec/image-transport.ts';
import { parseReference } from '../../spec/reference.ts';
import { hostileRegistry } from '../attack/hostile-registry.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';

const home = mkdtempSync('/tmp/limpid-home-');
let plain: Registry;
let closed: Registry;

beforeAll(async () => {
  [plain, closed] = await Promise.all([startRegistry(), startRegistry({ users: { bob: 's3cret' }, tls: true })]);
  mkdirSync(`${home}/certs`);
  copyFileSync(`${closed.directory}/tls.crt`, `${home}/certs/ca.crt`);
});
afterAll(async () => {
  await Promise.all([plain.stop(), closed.stop()]);
  rmSync(home, { recursive: true });
});

/** Nothing of this machine's files but what the test has put below its home. */
const alone = (more: RegistryOptions = {}): RegistryOptions => ({
  host: {
    ...ownHost(),
    env: { HOME: home, XDG_RUNTIME_DIR: home, CONTAINERS_REGISTRIES_CONF: `${home}/registries.conf` },
  },
  pacing: { tries: 1 },
  ...more,
});
const open = () => alone({ tlsVerify: false });
const bob = () => alone({ certDirectory: `${home}/certs`, credentials: { username: 'bob', password: 's3cret' } });

const config = new TextEncoder().encode(
  '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
);
const layer = crypto.getRandomValues(new Uint8Array(60_000));
const descriptor = (bytes: Uint8Array, mediaType: string): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

function manifestOf(...layers: Uint8Array[]): ManifestBytes {
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: descriptor(config, MEDIA_TYPE.ociConfig),
    layers: layers.map((bytes) => descriptor(bytes, MEDIA_TYPE.ociLayerGzip)),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  return { bytes, mediaType: MEDIA_TYPE.ociManifest, digest: digestOf(bytes) };
}

async function push(name: string, options: RegistryOptions, ...layers: Uint8Array[]): Promise<ManifestBytes> {
  const destination = registryDestination(parseReference(name), options);
  for (const bytes of [config, ...layers]) {
    const blob = descriptor(bytes, MEDIA_TYPE.ociLayerGzip);
    if (!(await destination.hasBlob(blob)))
      await destination.putBlob(blob, () => Promise.resolve(new Response(bytes).body!));
  }
  const manifest = manifestOf(...layers);
  await destination.putManifest(manifest);
  await destination.commit();
  return manifest;
}

async function thrown(act: Promise<unknown>): Promise<LimpidError> {
  const error = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof LimpidError) return error;
  throw new Error(`no LimpidError was thrown, but ${error}`);
}

test('what is pushed is pulled, by tag and by digest, byte for byte', async () => {
  const name = `${plain.host}/deep/er/app`;
  const manifest = await push(`${name}:1`, open(), layer);
  for (const reference of [`${name}:1`, `${name}@${manifest.digest}`]) {
    const source = registrySource(parseReference(reference), open());
    expect(source.name).toBe(`docker://${reference}`);
    const pulled = await source.manifest();
    expect(pulled).toEqual({ ...manifest, bytes: expect.anything() });
    expect(pulled.bytes).toEqual(manifest.bytes);
    const parsed = parseManifest(pulled.bytes, pulled.mediaType, 'it');
    if (parsed.kind !== 'manifest') throw new Error('it is an index');
    const [blob] = parsed.manifest.layers;
    expect(await new Response(await source.blob(blob!)).bytes()).toEqual(layer);
  }
});

test('an index, its instances without a tag', async () => {
  const name = parseReference(`${plain.host}/many:all`);
  const instance = await push(`${plain.host}/many@${manifestOf(layer).digest}`, open(), layer);
  const destination = registryDestination(name, open());
  await destination.putManifest(instance, { instance: true });
  const index = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.ociIndex,
      manifests: [descriptor(instance.bytes, MEDIA_TYPE.ociManifest)],
    }),
  );
  await destination.putManifest({ bytes: index, mediaType: MEDIA_TYPE.ociIndex, digest: digestOf(index) });
  const source = registrySource(name, open());
  expect((await source.manifest()).mediaType).toBe(MEDIA_TYPE.ociIndex);
  expect((await source.manifest(instance.digest)).digest).toBe(instance.digest);
  expect(await listTags(name, open())).toEqual(['all']);
});

test('a blob is mounted from another repository without being sent', async () => {
  await push(`${plain.host}/origin:1`, open(), layer);
  const destination = registryDestination(parseReference(`${plain.host}/mounted:1`), open());
  const blob = descriptor(layer, MEDIA_TYPE.ociLayerGzip);
  expect(await destination.hasBlob(blob)).toBe(false);
  const never = () => Promise.reject(new Error('it is sent'));
  await destination.putBlob(blob, never, { mount: { from: 'origin' } });
  expect(await destination.hasBlob(blob)).toBe(true);
});

test('a mount that the registry does not do becomes an upload', async () => {
  const destination = registryDestination(parseReference(`${plain.host}/unmounted:1`), open());
  const bytes = crypto.getRandomValues(new Uint8Array(1000));
  const blob = descriptor(bytes, MEDIA_TYPE.ociLayerGzip);
  await destination.putBlob(blob, () => Promise.resolve(new Response(bytes).body!), { mount: { from: 'nowhere' } });
  expect(await destination.hasBlob(blob)).toBe(true);
});

test('an upload of other bytes than its digest says is refused', async () => {
  const destination = registryDestination(parseReference(`${plain.host}/wrong:1`), open());
  const blob = { ...descriptor(layer, MEDIA_TYPE.ociLayerGzip), size: 3 };
  const error = await thrown(destination.putBlob(blob, () => Promise.resolve(new Response('abc').body!)));
  expect(error.message).toStartWith(
    `cannot push blob ${blob.digest} to "${plain.host}/wrong:1": "${plain.host}" answered 400`,
  );
  expect(await destination.hasBlob(blob)).toBe(false);
});

test('a blob of 40 MB streams both ways', async () => {
  const bytes = new Uint8Array(40_000_000);
  for (let at = 0; at < bytes.length; at += 65_536)
    crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, bytes.length)));
  await push(`${plain.host}/large:1`, open(), bytes);
  const source = registrySource(parseReference(`${plain.host}/large:1`), open());
  const blob = descriptor(bytes, MEDIA_TYPE.ociLayerGzip);
  const hasher = new Bun.CryptoHasher('sha256');
  for await (const chunk of await source.blob(blob)) hasher.update(chunk);
  expect(`sha256:${hasher.digest('hex')}`).toBe(blob.digest);
});

test('all tags, and the nearest of them', async () => {
  const manifest = await push(`${plain.host}/tags:1`, open(), layer);
  const tags = Array.from({ length: 12 }, (_, index) => `v${String(index).padStart(3, '0')}`);
  for (const tag of tags)
    await registryDestination(parseReference(`${plain.host}/tags:${tag}`), open()).putManifest(manifest);
  const reference = parseReference(`${plain.host}/tags:v0099`);
  expect((await listTags(reference, open())).sort()).toEqual(['1', ...tags]);
  expect(await listTags(reference, open(), 3)).toHaveLength(3);
  const error = await thrown(registrySource(reference, open()).manifest());
  expect(error.message).toContain(`"${plain.host}" has no tag "v0099" of "tags" (hint: nearest tags: "v009"`);
  expect((await thrown(listTags(parseReference(`${plain.host}/none`), open()))).code).toBe('ENOREPOSITORY');
});

test('the catalog stands in for a search', async () => {
  await push(`${plain.host}/find/me:1`, open(), layer);
  const found = await searchRegistry(plain.host, 'find', open());
  expect(found.map(({ name }) => name)).toEqual([`${plain.host}/find/me`]);
  expect((await searchRegistry(plain.host, '', { ...open(), limit: 2 })).length).toBe(2);
});

test('with TLS and a password: the certificate of --cert-dir, the credentials of --creds', async () => {
  const name = `${closed.host}/app:1`;
  const manifest = await push(name, bob(), layer);
  expect((await registrySource(parseReference(name), bob()).manifest()).digest).toBe(manifest.digest);
  await checkLogin(closed.host, { username: 'bob', password: 's3cret' }, bob());
});

test('the certificate of certs.d, and the credentials of auth.json', async () => {
  mkdirSync(`${home}/.config/containers/certs.d/${closed.host}`, { recursive: true });
  copyFileSync(`${closed.directory}/tls.crt`, `${home}/.config/containers/certs.d/${closed.host}/ca.crt`);
  mkdirSync(`${home}/containers`, { recursive: true });
  const reference = parseReference(`${closed.host}/team/app:1`);
  const auths = { [`${closed.host}/team`]: { auth: btoa('bob:s3cret') }, [closed.host]: { auth: btoa('bob:wrong') } };
  writeFileSync(`${home}/containers/auth.json`, JSON.stringify({ auths }));
  expect((await thrown(registrySource(reference, alone()).manifest())).code).toBe('ENOMANIFEST');
  const other = await thrown(registrySource(parseReference(`${closed.host}/app:1`), alone()).manifest());
  expect(other.message).toBe(
    `cannot pull "${closed.host}/app:1": "${closed.host}" answered 401, unauthorized ("authentication required"); ` +
      `tried the credentials of "bob" from "${home}/containers/auth.json" (hint: limpid login ${closed.host})`,
  );
  rmSync(`${home}/containers`, { recursive: true });
  rmSync(`${home}/.config`, { recursive: true });
});

test('an unknown certificate, a wrong password, none', async () => {
  const reference = parseReference(`${closed.host}/app:1`);
  const unknown = await thrown(registrySource(reference, alone()).manifest());
  expect(unknown.code).toBe('ETLS');
  expect(unknown.message).toContain(
    `put its authority's certificate into /etc/containers/certs.d/${closed.host}/ca.crt`,
  );
  const { credentials: _, ...anonymous } = bob();
  expect((await thrown(registrySource(reference, anonymous).manifest())).message).toBe(
    `cannot pull "${closed.host}/app:1": "${closed.host}" answered 401, unauthorized; no credentials are known for it ` +
      `(hint: limpid login ${closed.host})`,
  );
  const wrong = { username: 'bob', password: 'nope' };
  expect((await thrown(checkLogin(closed.host, wrong, bob()))).message).toBe(
    `cannot log in to "${closed.host}": it refuses the user "bob" with this password`,
  );
});

test('a name of another host in the certificate', async () => {
  const port = closed.host.split(':')[1]!;
  expect((await registrySource(parseReference(`localhost:${port}/app:1`), bob()).manifest()).digest).toBe(
    manifestOf(layer).digest,
  );
  const error = await thrown(registrySource(parseReference(`127.0.0.2:${port}/app:1`), bob()).manifest());
  expect(['ETLS', 'ECONNREFUSED']).toContain(error.code);
});

test('a blob that a mirror lacks comes from behind it', async () => {
  await push(`${plain.host}/behind/app:1`, open(), layer);
  const mirror = hostileRegistry((_, { pathname }) =>
    pathname.includes('/manifests/')
      ? new Response(manifestOf(layer).bytes, { headers: { 'content-type': MEDIA_TYPE.ociManifest } })
      : undefined,
  );
  const conf = `[[registry]]\nprefix = "upstream.invalid"\nlocation = "${plain.host}/behind"\ninsecure = true\n[[registry.mirror]]\nlocation = "${mirror.host}"\ninsecure = true\n`;
  writeFileSync(`${home}/registries.conf`, conf);
  const source = registrySource(parseReference('upstream.invalid/app:1'), alone());
  await source.manifest();
  expect(await new Response(await source.blob(descriptor(layer, MEDIA_TYPE.ociLayerGzip))).bytes()).toEqual(layer);
  expect(mirror.requests.map(({ path }) => path.split('/')[3])).toEqual(['manifests', 'blobs']);
  const missing = { ...descriptor(layer, 'x/y'), digest: `sha256:${'0'.repeat(64)}` };
  expect((await thrown(source.blob(missing))).code).toBe('ENOBLOB');
  await mirror.stop();
  rmSync(`${home}/registries.conf`);
});

test('mirrors come first, and what they lack comes from the registry itself', async () => {
  await push(`${plain.host}/mirrored/here:1`, open(), layer);
  const conf = [
    '[[registry]]',
    'prefix = "upstream.invalid/lib"',
    `location = "${plain.host}/mirrored"`,
    'insecure = true',
    '[[registry.mirror]]',
    `location = "${plain.host}/empty"`,
    'insecure = true',
    '[[registry]]',
    'prefix = "upstream.invalid/lib/secret"',
    'blocked = true',
  ];
  writeFileSync(`${home}/registries.conf`, conf.join('\n'));
  const notices: string[] = [];
  const source = registrySource(
    parseReference('upstream.invalid/lib/here:1'),
    alone({ notice: (line) => notices.push(line) }),
  );
  expect((await source.manifest()).digest).toBe(manifestOf(layer).digest);
  expect(notices).toEqual([
    `mirror "${plain.host}": cannot pull "upstream.invalid/lib/here:1": "${plain.host}" has no "1" of "empty/here"`,
  ]);
  expect(
    (await thrown(registrySource(parseReference('upstream.invalid/lib/secret:1'), alone()).manifest())).message,
  ).toBe(
    `cannot pull "upstream.invalid/lib/secret:1": "upstream.invalid/lib/secret" is blocked in "${home}/registries.conf"`,
  );
  rmSync(`${home}/registries.conf`);
});
