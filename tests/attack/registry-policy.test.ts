/** policy.json: images that are refused, and signatures that are verified, made by skopeo with GnuPG and as cosign makes them. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { registryDestination } from '../../registry/destination.ts';
import { ownHost } from '../../registry/host-view.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { allowLocalImage } from '../../registry/policy/allow-local.ts';
import { registrySource } from '../../registry/source.ts';
import { digestOf } from '../../spec/digest.ts';
import { MEDIA_TYPE, type Descriptor } from '../../spec/image.ts';
import { parseReference } from '../../spec/reference.ts';
import { privateWorld } from '../cli/limpid.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { hostileRegistry, json, smallImage } from './hostile-registry.ts';

const { limpid } = privateWorld();
const home = mkdtempSync('/tmp/limpid-home-');
const lookaside = `${home}/lookaside`;
const gnupg = `${home}/gnupg`;
const IMAGE = smallImage();
const MANIFEST = json(IMAGE.manifest);
const DIGEST = digestOf(MANIFEST);
const blob = (IMAGE.manifest['layers'] as Descriptor[])[0]!;
let registry: Registry;

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { env: { ...process.env, GNUPGHOME: gnupg } });
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
}

beforeAll(async () => {
  registry = await startRegistry();
  mkdirSync(gnupg);
  chmodSync(gnupg, 0o700);
  for (const user of ['signer', 'stranger']) {
    run('gpg', '--batch', '--passphrase', '', '--quick-gen-key', `${user}@example.com`, 'ed25519', 'sign', 'never');
    run('gpg', '--batch', '--armor', '--output', `${home}/${user}.asc`, '--export', `${user}@example.com`);
  }
  mkdirSync(`${home}/.config/containers/registries.d`, { recursive: true });
  writeFileSync(
    `${home}/.config/containers/registries.d/here.yaml`,
    `default-docker:\n  lookaside: file://${lookaside}\n`,
  );
  const destination = registryDestination(parseReference(`${registry.host}/app:1`), options());
  for (const bytes of [IMAGE.config, IMAGE.layer])
    await destination.putBlob(describe(bytes), () => Promise.resolve(new Response(bytes).body!));
  await destination.putManifest({ bytes: MANIFEST, mediaType: MEDIA_TYPE.ociManifest, digest: DIGEST });
});
afterAll(async () => {
  await registry.stop();
  Bun.spawnSync(['gpgconf', '--homedir', gnupg, '--kill', 'all']);
  rmSync(home, { recursive: true });
});

const describe = (bytes: Uint8Array): Descriptor => ({
  mediaType: 'application/octet-stream',
  digest: digestOf(bytes),
  size: bytes.length,
});

function options(policy?: object, more: RegistryOptions = {}): RegistryOptions {
  const policyFile = `${home}/policy.json`;
  if (policy !== undefined) writeFileSync(policyFile, JSON.stringify(policy));
  const env = { HOME: home, CONTAINERS_REGISTRIES_CONF: '/nowhere', PATH: process.env['PATH'] };
  return {
    tlsVerify: false,
    host: { ...ownHost(), env },
    pacing: { tries: 1 },
    ...(policy === undefined ? {} : { policyFile }),
    ...more,
  };
}

const requiring = (...requirements: object[]) =>
  options({ default: [{ type: 'reject' }], transports: { docker: { [registry.host]: requirements } } });
const signedBy = (user: string, more = {}) =>
  requiring({ type: 'signedBy', keyType: 'GPGKeys', keyPath: `${home}/${user}.asc`, ...more });
const source = (wanted: RegistryOptions, name = 'app:1') =>
  registrySource(parseReference(`${registry.host}/${name}`), wanted);

async function thrown(act: Promise<unknown>): Promise<LimpidError> {
  const error = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof LimpidError) return error;
  throw new Error(`no LimpidError was thrown, but ${error}`);
}

async function refused(wanted: RegistryOptions, name?: string): Promise<string> {
  const image = source(wanted, name);
  const error = await thrown(image.manifest());
  expect(error.code).toBe('EPOLICY');
  // Nor is anything of it to be had by other ways in.
  expect((await thrown(image.blob(blob))).code).toBe('EPOLICY');
  return error.message.replaceAll(registry.host, 'HOST').replaceAll(home, 'HOME');
}

test('reject refuses before anybody is asked', async () => {
  const silent = hostileRegistry(() => undefined);
  const policy = options({ default: [{ type: 'reject' }] });
  const error = await thrown(registrySource(parseReference(`${silent.host}/app:1`), policy).manifest());
  expect(error.message).toBe(
    `cannot pull "${silent.host}/app:1": the policy refuses it: such images are not wanted (reject for "default" in "${home}/policy.json")`,
  );
  expect(silent.requests).toEqual([]);
  await silent.stop();
});

test('the command line refuses with the same words', async () => {
  options({
    default: [{ type: 'insecureAcceptAnything' }],
    transports: { docker: { [`${registry.host}/app`]: [{ type: 'reject' }] } },
  });
  const { code, err } = await limpid(
    'pull',
    '-q',
    '--tls-verify=false',
    '--signature-policy',
    `${home}/policy.json`,
    `${registry.host}/app:1`,
  );
  expect({ code, err }).toEqual({
    code: 125,
    err: `Error: cannot pull "${registry.host}/app:1": the policy refuses it: such images are not wanted (reject for "${registry.host}/app" in "${home}/policy.json")\n`,
  });
});

test('a damaged policy lets nothing in', async () => {
  const policyFile = `${home}/broken.json`;
  writeFileSync(policyFile, '{"default": [{"type": "insecureAcceptAnything"}], "transports": {"docker": 1}}');
  expect((await thrown(source(options(undefined, { policyFile })).manifest())).message).toBe(
    `cannot use "transports.docker" of "${policyFile}": it is no object`,
  );
  expect((await thrown(source(options(undefined, { policyFile: `${home}/none` })).manifest())).message).toBe(
    `cannot use "${home}/none": there is no such file`,
  );
});

test('insecureAcceptAnything accepts, and does not take the edge off what stands beside it', async () => {
  expect((await source(requiring({ type: 'insecureAcceptAnything' })).manifest()).digest).toBe(DIGEST);
  expect(await refused(requiring({ type: 'insecureAcceptAnything' }, { type: 'reject' }))).toContain(
    'such images are not wanted',
  );
});

test('what is known and not verified here is refused', async () => {
  expect(await refused(requiring({ type: 'signedBaseLayer', baseLayerIdentity: {} }))).toContain(
    'it asks for what is not verified here (signedBaseLayer for "HOST" in "HOME/policy.json")',
  );
});

test('signedBy without a signature', async () => {
  expect(await refused(signedBy('signer'))).toBe(
    'cannot pull "HOST/app:1": the policy refuses it: it has no signature at "file://HOME/lookaside/app" (signedBy for "HOST" in "HOME/policy.json")',
  );
});

test("skopeo's signature by the trusted key is accepted, by tag and by digest; other keys, names and digests are not", async () => {
  const copy = [
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    `docker://${registry.host}/app:1`,
    `docker://${registry.host}/signed:1`,
  ];
  run(
    'skopeo',
    '--registries.d',
    `${home}/.config/containers/registries.d`,
    'copy',
    '--sign-by',
    'signer@example.com',
    ...copy,
  );
  const image = source(signedBy('signer'), 'signed:1');
  expect((await image.manifest()).digest).toBe(DIGEST);
  expect(digestOf(await new Response(await image.blob(blob)).bytes())).toBe(blob.digest);
  expect((await source(signedBy('signer'), `signed@${DIGEST}`).manifest()).digest).toBe(DIGEST);
  expect(await refused(signedBy('stranger'), 'signed:1')).toContain('none of its 1 signatures');
  const moved = registryDestination(parseReference(`${registry.host}/signed:2`), options());
  await moved.putManifest({ bytes: MANIFEST, mediaType: MEDIA_TYPE.ociManifest, digest: DIGEST });
  expect(await refused(signedBy('signer'), 'signed:2')).toContain("is a trusted key's claim of this name");
  expect(
    (await source(signedBy('signer', { signedIdentity: { type: 'matchRepository' } }), 'signed:2').manifest()).digest,
  ).toBe(DIGEST);
  const keyData = readFileSync(`${home}/signer.asc`).toString('base64');
  const { policyFile: _, ...rest } = options();
  writeFileSync(`${home}/data.json`, JSON.stringify({ default: [{ type: 'signedBy', keyType: 'GPGKeys', keyData }] }));
  expect((await source({ ...rest, policyFile: `${home}/data.json` }, 'signed:1').manifest()).digest).toBe(DIGEST);
});

test('a signature that is changed, cut, moved to another image, or none at all', async () => {
  const directory = readdirSync(lookaside).find((name) => name.startsWith('signed@'));
  const path = `${lookaside}/${directory}/signature-1`;
  const good = readFileSync(path);
  for (const bytes of [
    good.subarray(0, good.length - 9),
    Buffer.from('nonsense'),
    Buffer.alloc(0),
    Buffer.from('{"critical":{}}'),
  ]) {
    writeFileSync(path, bytes);
    expect(await refused(signedBy('signer'), 'signed:1')).toContain('none of its 1 signatures');
  }
  const flipped = Buffer.from(good);
  flipped[Math.floor(good.length / 2)]! ^= 1;
  writeFileSync(path, flipped);
  expect(await refused(signedBy('signer'), 'signed:1')).toContain('none of its 1 signatures');
  // The second of two will do.
  cpSync(path, `${lookaside}/${directory}/signature-2`);
  writeFileSync(`${lookaside}/${directory}/signature-2`, good);
  expect((await source(signedBy('signer'), 'signed:1').manifest()).digest).toBe(DIGEST);
  rmSync(`${lookaside}/${directory}/signature-2`);
  writeFileSync(path, good);
  // An image of its own, under the signed name, with the signature of the other.
  const other = json({ ...IMAGE.manifest, annotations: { other: 'yes' } });
  const destination = registryDestination(parseReference(`${registry.host}/signed:1`), options());
  await destination.putManifest({ bytes: other, mediaType: MEDIA_TYPE.ociManifest, digest: digestOf(other) });
  mkdirSync(`${lookaside}/signed@${digestOf(other).replace(':', '=')}`);
  cpSync(path, `${lookaside}/signed@${digestOf(other).replace(':', '=')}/signature-1`);
  expect(await refused(signedBy('signer'), 'signed:1')).toContain('none of its 1 signatures');
});

test('a key file that is missing, and gpgv that is missing', async () => {
  expect(await refused(signedBy('nobody'), 'signed:1')).toContain(
    'its signature cannot be verified: there is no key file "HOME/nobody.asc"',
  );
  const wanted = signedBy('signer');
  const without = { ...wanted, host: { ...wanted.host!, run: () => Promise.resolve(undefined) } };
  expect(await refused(without, 'signed:1')).toContain('its signature cannot be verified: gpgv(1) is not installed');
});

interface CosignKey {
  readonly path: string;
  sign(payload: Uint8Array): string;
}

/** A key and signatures of it as openssl makes them, which is cosign's form. */
function cosignKey(name: string): CosignKey {
  const path = `${home}/${name}.pub`;
  run('openssl', 'ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', `${home}/${name}.key`);
  run('openssl', 'ec', '-in', `${home}/${name}.key`, '-pubout', '-out', path);
  return {
    path,
    sign(payload) {
      writeFileSync(`${home}/payload`, payload);
      run('openssl', 'dgst', '-sha256', '-sign', `${home}/${name}.key`, '-out', `${home}/signature`, `${home}/payload`);
      return readFileSync(`${home}/signature`).toString('base64');
    },
  };
}

const sigstore = (key: CosignKey, more = {}) => requiring({ type: 'sigstoreSigned', keyPath: key.path, ...more });
const anyTag = { signedIdentity: { type: 'matchRepository' } };

async function attach(repository: string, of: string, key: CosignKey, claim: object): Promise<void> {
  const payload = json(claim);
  const layer = { ...describe(payload), mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' };
  const annotations = { 'dev.cosignproject.cosign/signature': key.sign(payload) };
  const config = new TextEncoder().encode('{}');
  const manifest = json({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: { ...describe(config), mediaType: MEDIA_TYPE.ociConfig },
    layers: [{ ...layer, annotations }],
  });
  const destination = registryDestination(
    parseReference(`${registry.host}/${repository}:${of.replace(':', '-')}.sig`),
    options(),
  );
  for (const bytes of [payload, config])
    await destination.putBlob(describe(bytes), () => Promise.resolve(new Response(bytes).body!));
  await destination.putManifest({ bytes: manifest, mediaType: MEDIA_TYPE.ociManifest, digest: digestOf(manifest) });
}

const cosignClaim = (digest: string, name: string) => ({
  critical: {
    identity: { 'docker-reference': name },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  },
  optional: null,
});

test('sigstoreSigned: the attached signature of the key, for this image and name', async () => {
  const key = cosignKey('cosign');
  expect(await refused(sigstore(key, anyTag))).toContain(
    `its repository has no signature of it (tag "${DIGEST.replace(':', '-')}.sig")`,
  );
  await attach('app', DIGEST, key, cosignClaim(DIGEST, `${registry.host}/app`));
  expect((await source(sigstore(key, anyTag)).manifest()).digest).toBe(DIGEST);
  // cosign claims no tag, which the usual rule wants.
  expect(await refused(sigstore(key))).toContain("is a trusted key's claim of this name");
  expect(await refused(sigstore(cosignKey('other'), anyTag))).toContain('none of its 1 signatures');
  await attach('app', DIGEST, key, cosignClaim(`sha256:${'0'.repeat(64)}`, `${registry.host}/app`));
  expect(await refused(sigstore(key, anyTag))).toContain('none of its 1 signatures');
  await attach('app', DIGEST, key, cosignClaim(DIGEST, `${registry.host}/evil`));
  expect(await refused(sigstore(key, anyTag))).toContain('none of its 1 signatures');
  await attach('app', DIGEST, key, cosignClaim(DIGEST, `${registry.host}/app:1`));
  expect((await source(sigstore(key)).manifest()).digest).toBe(DIGEST);
});

test('an index that nobody signed: its instance has to be, and only the one that is taken', async () => {
  const key = cosignKey('index');
  const index = json({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociIndex,
    manifests: [
      { ...describe(MANIFEST), mediaType: MEDIA_TYPE.ociManifest, platform: { architecture: 'amd64', os: 'linux' } },
    ],
  });
  const destination = registryDestination(parseReference(`${registry.host}/app:all`), options());
  await destination.putManifest({ bytes: index, mediaType: MEDIA_TYPE.ociIndex, digest: digestOf(index) });
  const unsigned = source(sigstore(key, anyTag), 'app:all');
  expect((await unsigned.manifest()).digest).toBe(digestOf(index));
  expect((await thrown(unsigned.blob(blob))).code).toBe('EPOLICY');
  expect((await thrown(unsigned.manifest(DIGEST))).code).toBe('EPOLICY');
  await attach('app', DIGEST, key, cosignClaim(DIGEST, `${registry.host}/app`));
  const signed = source(sigstore(key, anyTag), 'app:all');
  await signed.manifest();
  expect((await signed.manifest(DIGEST)).digest).toBe(DIGEST);
  expect(digestOf(await new Response(await signed.blob(blob)).bytes())).toBe(blob.digest);
  // Signed as a whole, what is below needs no signature of its own.
  await attach('app', DIGEST, cosignKey('stranger'), cosignClaim(DIGEST, `${registry.host}/app`));
  await attach('app', digestOf(index), key, cosignClaim(digestOf(index), `${registry.host}/app`));
  const whole = source(sigstore(key, anyTag), 'app:all');
  await whole.manifest();
  expect((await whole.manifest(DIGEST)).digest).toBe(DIGEST);
});

test('images that come by file carry no signatures', async () => {
  const errand = { doing: 'load', subject: '"oci:/tmp/x"' };
  const wanted = options({
    default: [{ type: 'insecureAcceptAnything' }],
    transports: { oci: { '/tmp': [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/k' }] } },
  });
  await allowLocalImage('oci', { path: '/var/x' }, errand, wanted);
  expect((await thrown(allowLocalImage('oci', { path: '/tmp/x', reference: '1' }, errand, wanted))).message).toBe(
    `cannot load "oci:/tmp/x": the policy refuses it: images by "oci:" carry no signatures (signedBy for "/tmp" in "${home}/policy.json")`,
  );
  expect(existsSync('/k')).toBe(false);
});
