/** Certificates that are not to be trusted, and ways out of TLS that a registry may offer. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { registryDestination } from '../../registry/destination.ts';
import { ownHost } from '../../registry/host-view.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { registrySource } from '../../registry/source.ts';
import type { Descriptor } from '../../spec/image.ts';
import { parseReference } from '../../spec/reference.ts';
import { hostileRegistry, smallImage, unauthorized, type Answer, type HostileRegistry } from './hostile-registry.ts';

const home = mkdtempSync('/tmp/limpid-home-');
const IMAGE = smallImage();
const layer = (IMAGE.manifest['layers'] as Descriptor[])[0]!;
const open: HostileRegistry[] = [];

/** A key, and a certificate for it that it signs itself. */
function certificate(name: string, subject = 'IP:127.0.0.1'): void {
  const words =
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name} ` +
    `-addext subjectAltName=${subject} -keyout ${home}/${name}.key -out ${home}/${name}.crt`;
  openssl(...words.split(' '));
}

/** One that was good in the year 2020 alone; `req` knows no dates, `ca` does. */
function expiredCertificate(name: string): void {
  certificate(name);
  openssl('req', '-new', '-key', `${home}/${name}.key`, '-subj', `/CN=${name}`, '-out', `${home}/${name}.csr`);
  const sections = [
    '[ca]',
    'default_ca=own',
    '[own]',
    `database=${home}/index`,
    `new_certs_dir=${home}`,
    `rand_serial=yes`,
  ];
  const rules = [
    'default_md=sha256',
    'policy=any',
    'x509_extensions=san',
    '[any]',
    'CN=supplied',
    '[san]',
    'subjectAltName=IP:127.0.0.1',
  ];
  writeFileSync(`${home}/ca.cnf`, [...sections, ...rules].join('\n'));
  writeFileSync(`${home}/index`, '');
  const dates = ['-startdate', '20200101000000Z', '-enddate', '20201231000000Z'];
  const files = ['-keyfile', `${home}/${name}.key`, '-in', `${home}/${name}.csr`, '-out', `${home}/${name}.crt`];
  openssl('ca', '-batch', '-selfsign', '-notext', '-config', `${home}/ca.cnf`, ...dates, ...files);
}

function openssl(...words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(['openssl', ...words]);
  if (exitCode !== 0) throw new Error(`openssl: ${stderr}`);
}

beforeAll(() => {
  certificate('good');
  certificate('other');
  certificate('elsewhere', 'DNS:elsewhere.example');
  expiredCertificate('expired');
  certificate('client', 'DNS:client');
});
afterAll(async () => {
  await Promise.all(open.map((registry) => registry.stop()));
  rmSync(home, { recursive: true });
});

function serve(answer: Answer, name?: string, more: object = {}): HostileRegistry {
  const tls =
    name === undefined
      ? undefined
      : {
          cert: readFileSync(`${home}/${name}.crt`, 'utf8'),
          key: readFileSync(`${home}/${name}.key`, 'utf8'),
          ...more,
        };
  const registry = hostileRegistry(answer, IMAGE, tls);
  open.push(registry);
  return registry;
}

function trusting(names: readonly string[], more: RegistryOptions = {}): RegistryOptions {
  const certDirectory = mkdtempSync(`${home}/certs-`);
  for (const name of names) copyFileSync(`${home}/${name}.crt`, `${certDirectory}/${name}.crt`);
  const host = { ...ownHost(), env: { HOME: home, CONTAINERS_REGISTRIES_CONF: '/nowhere' } };
  return { certDirectory, pacing: { tries: 1 }, host, credentials: { username: 'bob', password: 'pass' }, ...more };
}

const source = ({ host }: HostileRegistry, options: RegistryOptions) =>
  registrySource(parseReference(`${host}/app:1`), options);

async function thrown(act: Promise<unknown>): Promise<LimpidError> {
  const error = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof LimpidError) return error;
  throw new Error(`no LimpidError was thrown, but ${error}`);
}

test('the certificate that is trusted for it, and no other', async () => {
  const registry = serve(() => undefined, 'good');
  expect((await source(registry, trusting(['good'])).manifest()).digest).toStartWith('sha256:');
  for (const trusted of [[], ['other']]) {
    const error = await thrown(source(registry, trusting(trusted)).manifest());
    expect(error.code).toBe('ETLS');
    expect(error.message).toBe(
      `cannot pull "${registry.host}/app:1": no safe connection to "${registry.host}": nobody who is trusted here has ` +
        `signed its certificate (hint: put its authority's certificate into /etc/containers/certs.d/${registry.host}/ca.crt, ` +
        `or give --tls-verify=false)`,
    );
  }
  expect(registry.requests).toHaveLength(1);
});

test.each([
  ['elsewhere', 'its certificate is for another host'],
  ['expired', 'its certificate has expired'],
])("another host's certificate, or one that is no longer good: %s", async (name, why) => {
  const registry = serve(() => undefined, name);
  const error = await thrown(source(registry, trusting([name])).manifest());
  expect(error.code).toBe('ETLS');
  expect(error.message).toContain(why);
  expect(registry.requests).toEqual([]);
});

test('--tls-verify=false takes them all, --tls-verify no plain HTTP', async () => {
  expect(
    (
      await source(
        serve(() => undefined, 'elsewhere'),
        trusting([], { tlsVerify: false }),
      ).manifest()
    ).digest,
  ).toStartWith('sha256:');
  const plain = serve(() => undefined);
  expect((await thrown(source(plain, trusting([], { tlsVerify: true })).manifest())).code).toBe('ETLS');
  expect(plain.requests).toEqual([]);
});

test('a redirect from TLS to plain HTTP is not followed', async () => {
  const plain = serve(() => new Response(IMAGE.layer));
  const registry = serve((_, { pathname }) => {
    return pathname.includes('/blobs/')
      ? new Response(null, { status: 307, headers: { location: `${plain.origin}/blob` } })
      : undefined;
  }, 'good');
  const image = source(registry, trusting(['good']));
  await image.manifest();
  const error = await thrown(image.blob(layer));
  expect(error.message).toBe(
    `cannot pull blob ${layer.digest} of "${registry.host}/app:1": "${registry.host}" redirects from TLS to plain HTTP at "${plain.host}"`,
  );
  expect(plain.requests).toEqual([]);
});

test('nor one to a host whose certificate is good for the registry alone, or for nobody', async () => {
  for (const trusted of [['good'], ['good', 'other']]) {
    const other = serve(() => new Response(IMAGE.layer), 'other');
    const registry = serve((_, { pathname }) => {
      return pathname.includes('/blobs/')
        ? new Response(null, { status: 307, headers: { location: `${other.origin}/blob` } })
        : undefined;
    }, 'good');
    const image = source(registry, trusting(trusted));
    await image.manifest();
    expect((await thrown(image.blob(layer))).code).toBe('ETLS');
    expect(other.requests).toEqual([]);
  }
});

test('a realm without TLS is not asked, not even without a password', async () => {
  const plain = serve(() => Response.json({ token: 'x' }));
  const registry = serve(() => unauthorized(`Bearer realm="${plain.origin}/token"`), 'good');
  const error = await thrown(source(registry, trusting(['good'])).manifest());
  expect(error.message).toBe(
    `cannot pull "${registry.host}/app:1": "${registry.host}" names a token server without TLS, "${plain.host}"`,
  );
  expect(plain.requests).toEqual([]);
});

test('an upload is not sent without TLS', async () => {
  const plain = serve(() => undefined);
  const registry = serve(
    () => new Response(null, { status: 202, headers: { location: `${plain.origin}/up` } }),
    'good',
  );
  const destination = registryDestination(parseReference(`${registry.host}/app:1`), trusting(['good']));
  const error = await thrown(destination.putBlob(layer, () => Promise.resolve(new Response(IMAGE.layer).body!)));
  expect(error.message).toEndWith(`: "${registry.host}" wants an upload without TLS, at "${plain.host}"`);
  expect(plain.requests).toEqual([]);
});

test("the client's certificate is for the registry, not for whom it redirects to", async () => {
  const mutual = { ca: readFileSync(`${home}/client.crt`, 'utf8'), requestCert: true, rejectUnauthorized: true };
  const registry = serve(() => undefined, 'good', mutual);
  const without = trusting(['good']);
  expect((await thrown(source(registry, without).manifest())).code).toMatch(/^(?:ETLS|ETRANSFER)$/);
  const options = trusting(['good']);
  copyFileSync(`${home}/client.crt`, `${options.certDirectory}/client.cert`);
  copyFileSync(`${home}/client.key`, `${options.certDirectory}/client.key`);
  expect((await source(registry, options).manifest()).digest).toStartWith('sha256:');
  const redirecting = serve(
    () => new Response(null, { status: 307, headers: { location: `${registry.origin}/v2/app/manifests/1` } }),
    'good',
  );
  // The other host is trusted by nobody here: certificates of a directory are for the registry alone.
  expect((await thrown(source(redirecting, options).manifest())).code).toBe('ETLS');
  expect(registry.requests).toHaveLength(1);
});

test('a certificate without its key, and a key without its certificate', async () => {
  const registry = serve(() => undefined, 'good');
  for (const [file, missing] of [
    ['client.cert', '"client.cert" has no "client.key" beside it'],
    ['client.key', '"client.key" has no "client.cert" beside it'],
  ] as const) {
    const options = trusting(['good']);
    copyFileSync(`${home}/client.crt`, `${options.certDirectory}/${file}`);
    expect((await thrown(source(registry, options).manifest())).message).toBe(
      `cannot use certificates in "${options.certDirectory}": ${missing}`,
    );
  }
});

test('certs.d of the user comes before that of the machine, by host and port', async () => {
  const registry = serve(() => undefined, 'good');
  const directory = `${home}/.config/containers/certs.d/${registry.host}`;
  mkdirSync(directory, { recursive: true });
  const { certDirectory: _, ...options } = trusting([]);
  expect((await thrown(source(registry, options).manifest())).code).toBe('ETLS');
  copyFileSync(`${home}/good.crt`, `${directory}/ca.crt`);
  expect((await source(registry, options).manifest()).digest).toStartWith('sha256:');
});
