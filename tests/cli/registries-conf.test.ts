/** What registries.conf, its drop-ins, certs.d and policy.json do to a user's pulls and pushes, with Debian's docker-registry. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { busyboxImage, pushImage, type PushedImage } from '../registry-images.ts';
import { hostileRegistry } from '../attack/hostile-registry.ts';
import { privateWorld, type Result } from './limpid.ts';

const { directory, limpidWith } = privateWorld();
const config = `${directory}/home/.config`;
const hex = (digest: string) => digest.slice('sha256:'.length);

let registry: Registry;
let mirror: Registry;
let closed: Registry;
let app: PushedImage;
beforeAll(async () => {
  [registry, mirror, closed] = await Promise.all([
    startRegistry(),
    startRegistry(),
    startRegistry({ users: { bob: 's3cret' }, tls: true }),
  ]);
  app = await pushImage(registry.host, 'team/app:1', busyboxImage({ Cmd: ['echo', 'ran'] }));
  await pushImage(mirror.host, 'team/app:1', busyboxImage({ Cmd: ['echo', 'ran'] }));
  await pushImage(registry.host, 'team/app:2', busyboxImage({ Cmd: ['echo', 'two'] }));
});
afterAll(() => Promise.all([registry.stop(), mirror.stop(), closed.stop()]));
beforeEach(async () => {
  rmSync(config, { recursive: true, force: true });
  for (const part of ['containers/registries.conf.d', 'limpid/registries.conf.d'])
    mkdirSync(`${config}/${part}`, { recursive: true });
  await limpid('rmi', '--all');
});

function limpid(...words: string[]): Promise<Result> {
  const env = { HOME: `${directory}/home`, XDG_CONFIG_HOME: '', XDG_RUNTIME_DIR: `${directory}/run-user` };
  return limpidWith({ env }, ...words);
}

const write = (name: string, ...lines: string[]) => writeFileSync(`${config}/${name}`, `${lines.join('\n')}\n`);
const insecure = (location: string) => ['[[registry]]', `location = "${location}"`, 'insecure = true'];
const done = (out: string) => ({ code: 0, out: `${out}\n`, err: '' });
const refused = (why: string) => ({ code: 125, out: '', err: `Error: ${why}\n` });
/** How often a registry was asked for a manifest of this name. */
const asked = ({ log }: Registry, name: string) => log().split(`"GET /v2/${name} `).length - 1;

test('insecure allows plain HTTP, and --tls-verify takes that back', async () => {
  write('containers/registries.conf', ...insecure(registry.host));
  expect(await limpid('pull', '-q', `${registry.host}/team/app:1`)).toEqual(done(hex(app.id)));
  expect(await limpid('pull', '-q', '--tls-verify', `${registry.host}/team/app:1`)).toEqual(
    refused(
      `cannot pull "${registry.host}/team/app:1": no safe connection to "${registry.host}": it does not speak TLS on this port, or not as we do (hint: give --tls-verify=false)`,
    ),
  );
  expect(await limpid('push', '-q', `${registry.host}/team/app:1`, `${registry.host}/copy:1`)).toEqual({
    code: 0,
    out: '',
    err: '',
  });
});

test('blocked: neither pulled from nor pushed to, and nobody is asked', async () => {
  write('containers/registries.conf', ...insecure(registry.host), 'blocked = true');
  const why = `"${registry.host}" is blocked in "${config}/containers/registries.conf"`;
  const before = registry.log();
  expect(await limpid('pull', '-q', `${registry.host}/team/app:1`)).toEqual(
    refused(`cannot pull "${registry.host}/team/app:1": ${why}`),
  );
  expect(await limpid('run', '--rm', '-q', `${registry.host}/team/app:1`)).toEqual(
    refused(`cannot pull "${registry.host}/team/app:1": ${why}`),
  );
  await limpid('pull', '-q', 'builtin:busybox');
  expect(await limpid('push', '-q', 'busybox', `${registry.host}/team/app:9`)).toEqual(
    refused(`cannot push "${registry.host}/team/app:9": ${why}`),
  );
  expect(registry.log()).toBe(before);
});

test('a prefix with another location: the image keeps the name that was asked for', async () => {
  write(
    'containers/registries.conf',
    '[[registry]]',
    'prefix = "example.test/inside"',
    `location = "${registry.host}/team"`,
    'insecure = true',
  );
  expect(await limpid('run', '--rm', '-q', '--network=none', 'example.test/inside/app:1')).toEqual(done('ran'));
  expect((await limpid('images', '--format', '{{.Repository}}:{{.Tag}}')).out).toBe('example.test/inside/app:1\n');
  expect((await limpid('pull', '-q', 'example.test/other/app:1')).err).toContain(
    'the host "example.test" is not known',
  );
});

test('mirrors: the first that has it, what it lacks from the next, and --tls-verify is none of theirs', async () => {
  write(
    'containers/registries.conf',
    ...insecure(registry.host),
    ...['[[registry.mirror]]', 'location = "127.0.0.1:1"', 'insecure = true'],
    ...['[[registry.mirror]]', `location = "${mirror.host}"`, 'insecure = true'],
  );
  const before = asked(registry, 'team/app/manifests/1');
  const pulled = await limpid('pull', `${registry.host}/team/app:1`);
  expect([pulled.code, pulled.out]).toEqual([0, `${hex(app.id)}\n`]);
  expect(pulled.err).toStartWith(
    `Trying to pull ${registry.host}/team/app:1...\nmirror "127.0.0.1:1": cannot pull "${registry.host}/team/app:1": ECONNREFUSED, `,
  );
  expect([asked(registry, 'team/app/manifests/1') - before, asked(mirror, 'team/app/manifests/1')]).toEqual([0, 1]);
  // The mirror has no such tag.
  expect((await limpid('run', '--rm', '-q', '--network=none', `${registry.host}/team/app:2`)).out).toBe('two\n');
  expect(asked(mirror, 'team/app/manifests/2')).toBe(1);
  // A push goes to the registry itself.
  await limpid('push', '-q', `${registry.host}/team/app:1`, `${registry.host}/team/new:1`);
  expect((await limpid('search', '--list-tags', `${registry.host}/team/new`)).out).toContain('new');
});

test('a mirror by digest alone is not asked by tag', async () => {
  write(
    'containers/registries.conf',
    ...insecure(registry.host),
    ...['[[registry.mirror]]', `location = "${mirror.host}"`, 'insecure = true', 'pull-from-mirror = "digest-only"'],
  );
  const [byTag, byDigest] = [asked(mirror, 'team/app/manifests/1'), asked(mirror, `team/app/manifests/${app.digest}`)];
  await limpid('pull', '-q', `${registry.host}/team/app:1`);
  expect(asked(mirror, 'team/app/manifests/1')).toBe(byTag);
  await limpid('rmi', '--all');
  expect(await limpid('pull', '-q', `${registry.host}/team/app@${app.digest}`)).toEqual(done(hex(app.id)));
  expect(asked(mirror, `team/app/manifests/${app.digest}`)).toBe(byDigest + 1);
});

test("limpid's own file comes before containers', and drop-ins add to it", async () => {
  write('containers/registries.conf', ...insecure(registry.host), 'blocked = true');
  write('limpid/registries.conf', ...insecure(registry.host));
  expect(await limpid('pull', '-q', `${registry.host}/team/app:1`)).toEqual(done(hex(app.id)));
  write('containers/registries.conf.d/10-search.conf', `unqualified-search-registries = ["${registry.host}/team"]`);
  write('limpid/registries.conf.d/10-alias.conf', '[aliases]', `"tool" = "${registry.host}/team/app"`);
  write('limpid/registries.conf.d/ignored.txt', 'this is no TOML');
  await limpid('rmi', '--all');
  expect(await limpid('pull', '-q', 'tool:1')).toEqual(done(hex(app.id)));
  expect(await limpid('pull', '-q', 'app:1')).toEqual(done(hex(app.id)));
  write('limpid/registries.conf.d/20-wrong.conf', '[[registry]]', 'location = 5');
  expect(await limpid('pull', '-q', 'tool:1')).toEqual(
    refused(`cannot use "registry[0].location" of "${config}/limpid/registries.conf.d/20-wrong.conf": 5 is not text`),
  );
});

test('a short name by its alias: what is here is found, and not asked for again', async () => {
  write('limpid/registries.conf', ...insecure(registry.host), '[aliases]', `"tool" = "${registry.host}/team/app"`);
  expect(await limpid('run', '--rm', '-q', '--network=none', 'tool:1')).toEqual(done('ran'));
  const before = registry.log();
  expect(await limpid('run', '--rm', '--network=none', 'tool:1')).toEqual(done('ran'));
  expect(await limpid('run', '--rm', '--network=none', '--pull=never', 'tool:1')).toEqual(done('ran'));
  expect(registry.log()).toBe(before);
  expect(await limpid('run', '--rm', '--pull=never', 'other:1')).toEqual(
    refused(
      'cannot find image "other:1": it is not known here (hint: `limpid images` lists all, `limpid pull` gets another)',
    ),
  );
});

test('several that are searched: in order, unless the mode is enforcing', async () => {
  const search = `unqualified-search-registries = ["${mirror.host}", "${registry.host}"]`;
  const both = [...insecure(registry.host), ...insecure(mirror.host)];
  write('containers/registries.conf', search, ...both);
  expect((await limpid('run', '--rm', '-q', '--network=none', 'team/app:2')).out).toBe('two\n');
  expect((await limpid('pull', '-q', 'team/none:1')).err).toBe(
    'Error: cannot pull image "team/none:1": ' +
      [mirror, registry]
        .map(({ host }) => `cannot pull "${host}/team/none:1": "${host}" has no repository "team/none"`)
        .join('; ') +
      '\n',
  );
  write('containers/registries.conf', 'short-name-mode = "enforcing"', search, ...both);
  await limpid('rmi', '--all');
  expect((await limpid('pull', '-q', 'team/app:2')).err).toContain(
    `short-name-mode is "enforcing", and it may mean "${mirror.host}/team/app:2" or "${registry.host}/team/app:2"`,
  );
});

test('certs.d of the user and --cert-dir; credentials by --creds and --authfile', async () => {
  mkdirSync(`${config}/containers/certs.d/${closed.host}`, { recursive: true });
  const image = `${closed.host}/team/app:1`;
  await limpid('pull', '-q', 'builtin:busybox');
  const push = (...words: string[]) => limpid('push', '-q', ...words, 'busybox', image);
  const unknown = `no safe connection to "${closed.host}": nobody who is trusted here has signed its certificate`;
  expect((await push('--creds', 'bob:s3cret')).err).toContain(unknown);
  copyFileSync(`${closed.directory}/tls.crt`, `${config}/containers/certs.d/${closed.host}/ca.crt`);
  expect(await push('--creds', 'bob:s3cret')).toEqual({ code: 0, out: '', err: '' });
  expect((await limpid('pull', '-q', '--creds', 'bob:wrong', image)).err).toBe(
    `Error: cannot pull "${image}": "${closed.host}" answered 401, unauthorized ("authentication required"); tried the credentials of "bob" from --creds (hint: limpid login ${closed.host})\n`,
  );
  writeFileSync(`${directory}/auth.json`, JSON.stringify({ auths: { [closed.host]: { auth: btoa('bob:s3cret') } } }));
  expect((await limpid('pull', '-q', '--authfile', `${directory}/auth.json`, image)).code).toBe(0);
  expect((await limpid('pull', '--authfile', `${directory}/none.json`, image)).err).toContain(
    `\nno credentials from --authfile: there is no file "${directory}/none.json"\n`,
  );
  // Without certs.d the same certificate, by an option.
  rmSync(`${config}/containers/certs.d`, { recursive: true });
  mkdirSync(`${directory}/certs`);
  copyFileSync(`${closed.directory}/tls.crt`, `${directory}/certs/ca.crt`);
  const withCerts = ['--cert-dir', `${directory}/certs`, '--creds', 'bob:s3cret'];
  expect((await limpid('pull', '-q', ...withCerts, image)).code).toBe(0);
});

test('policy.json of the user: what it rejects is not asked for, what it accepts comes', async () => {
  write('containers/registries.conf', ...insecure(registry.host));
  const accept = [{ type: 'insecureAcceptAnything' }];
  const docker = { [`${registry.host}/team`]: accept };
  write('containers/policy.json', JSON.stringify({ default: [{ type: 'reject' }], transports: { docker } }));
  expect(await limpid('pull', '-q', `${registry.host}/team/app:1`)).toEqual(done(hex(app.id)));
  const before = registry.log();
  expect(await limpid('pull', '-q', `${registry.host}/copy:1`)).toEqual(
    refused(
      `cannot pull "${registry.host}/copy:1": the policy refuses it: such images are not wanted (reject for "default" in "${config}/containers/policy.json")`,
    ),
  );
  expect(registry.log()).toBe(before);
});

test('a busy registry is asked again, and the user is told', async () => {
  let tries = 0;
  const broken = hostileRegistry((_, { pathname }) => {
    if (!pathname.includes('/manifests/') || tries++ > 0) return undefined;
    return new Response('', { status: 429, headers: { 'retry-after': '0' } });
  });
  write('containers/registries.conf', ...insecure(broken.host));
  const { code, err } = await limpid('pull', `${broken.host}/app:1`);
  expect(code).toBe(0);
  expect(err).toContain(`"${broken.host}" answered 429; trying again in 0.0 s\n`);
  await broken.stop();
});
