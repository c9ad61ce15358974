/** Credentials go to the registry that they are for, and to nobody else: not to a foreign realm, not through a redirect. */
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { LimpidError } from '../../base/error.ts';
import { registryDestination } from '../../registry/destination.ts';
import { ownHost } from '../../registry/host-view.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { registrySource } from '../../registry/source.ts';
import { digestOf } from '../../spec/digest.ts';
import type { Descriptor } from '../../spec/image.ts';
import { parseReference } from '../../spec/reference.ts';
import { privateWorld } from '../cli/limpid.ts';
import {
  hostileRegistry,
  manifestResponse,
  smallImage,
  unauthorized,
  type Answer,
  type HostileRegistry,
} from './hostile-registry.ts';

const { directory, limpid, limpidWith } = privateWorld();
const home = mkdtempSync('/tmp/limpid-home-');
const registries: HostileRegistry[] = [];
afterAll(async () => {
  rmSync(home, { recursive: true });
  await Promise.all(registries.map((registry) => registry.stop()));
});

const SECRET = 'correct-horse';
const BASIC = `Basic ${btoa(`bob:${SECRET}`)}`;
const TOKEN = 'token-of-the-realm';
const IMAGE = smallImage();
const layer = (IMAGE.manifest['layers'] as Descriptor[])[0]!;

function open(answer: Answer): HostileRegistry {
  const registry = hostileRegistry(answer);
  registries.push(registry);
  return registry;
}

/** A host of somebody else, where everything that is sent is seen; it gives tokens to whoever asks. */
function foreigner(answer: Answer = () => Response.json({ token: TOKEN })): HostileRegistry {
  return open(answer);
}

const options = (more: RegistryOptions = {}): RegistryOptions => ({
  tlsVerify: false,
  credentials: { username: 'bob', password: SECRET },
  host: {
    ...ownHost(),
    env: { HOME: home },
    readText: () => Promise.resolve(undefined),
    listDirectory: () => Promise.resolve([]),
  },
  pacing: { tries: 1 },
  ...more,
});
const source = (host: string, more?: RegistryOptions) => registrySource(parseReference(`${host}/app:1`), options(more));
const sentTo = ({ requests }: HostileRegistry) => requests.map(({ authorization }) => authorization);

async function thrown(act: Promise<unknown>): Promise<LimpidError> {
  const error = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof LimpidError) return error;
  throw new Error(`no LimpidError was thrown, but ${error}`);
}

test('a realm on the registry itself gets them, and the token goes to the registry', async () => {
  const registry = open((request, url) => {
    if (url.pathname === '/token') return Response.json({ token: TOKEN });
    if (request.headers.get('authorization') === `Bearer ${TOKEN}`) return undefined;
    return unauthorized(`Bearer realm="http://${url.host}/token",service="reg",scope="ignored"`);
  });
  await source(registry.host).manifest();
  expect(registry.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
    ['/v2/app/manifests/1', undefined],
    ['/token?service=reg&scope=repository%3Aapp%3Apull&account=bob', BASIC],
    ['/v2/app/manifests/1', `Bearer ${TOKEN}`],
  ]);
});

test('a realm on another host gets none, and the refusal says so', async () => {
  const thief = foreigner();
  const registry = open(() => unauthorized(`Bearer realm="${thief.origin}/token",service="reg"`));
  const error = await thrown(source(registry.host).manifest());
  expect(thief.requests).toHaveLength(1);
  expect(sentTo(thief)).toEqual([undefined]);
  expect(thief.requests[0]!.path).not.toContain('bob');
  expect(error.code).toBe('EUNAUTHORIZED');
  expect(error.message).not.toContain(SECRET);
  expect(error.message).toContain(
    `the credentials of "bob" from --creds were not sent to its token server "${thief.host}", which is another host`,
  );
});

test('nor by plain HTTP on a host that the user trusts', async () => {
  const thief = foreigner();
  const registry = open(() => unauthorized(`Bearer realm="${thief.origin}/token"`));
  const conf = `[[registry]]\nlocation = "${registry.host}"\ntrusted-realms = ["${thief.host}"]\n`;
  const host = {
    ...options().host!,
    env: { HOME: home, CONTAINERS_REGISTRIES_CONF: '/conf' },
    readText: (path: string) => Promise.resolve(path === '/conf' ? conf : undefined),
  };
  await thrown(source(registry.host, { host }).manifest());
  expect(sentTo(thief)).toEqual([undefined]);
});

test('nor a realm with a user in its address, or behind a redirect', async () => {
  const thief = foreigner();
  const named = open((_, url) => unauthorized(`Bearer realm="http://bob:x@${thief.host}/token",service="${url.host}"`));
  await thrown(source(named.host).manifest());
  expect(sentTo(thief)).toEqual([undefined]);
  const moved = open((_, url) =>
    url.pathname === '/token'
      ? new Response(null, { status: 307, headers: { location: `${thief.origin}/token` } })
      : unauthorized(`Bearer realm="http://${url.host}/token"`),
  );
  expect((await thrown(source(moved.host).manifest())).code).toBe('EREDIRECT');
  expect(thief.requests).toHaveLength(1);
});

test('an identity token stays with the realm of the registry too', async () => {
  const identity = 'refresh-me';
  const auth = (host: string) => JSON.stringify({ auths: { [host]: { identitytoken: identity } } });
  const host = (registry: string) => ({
    ...options().host!,
    readText: (path: string) => Promise.resolve(path === '/auth' ? auth(registry) : undefined),
  });
  const bodies: string[] = [];
  const good = open((request, url, body) => {
    if (url.pathname === '/token') bodies.push(body);
    if (url.pathname === '/token') return Response.json({ access_token: TOKEN });
    return request.headers.get('authorization') === `Bearer ${TOKEN}`
      ? undefined
      : unauthorized('Bearer realm="/token",service="s"');
  });
  const { credentials: _, ...rest } = options({ authFile: '/auth', host: host(good.host) });
  await registrySource(parseReference(`${good.host}/app:1`), rest).manifest();
  expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toEqual({
    grant_type: 'refresh_token',
    client_id: 'limpid',
    scope: 'repository:app:pull',
    service: 's',
    refresh_token: identity,
  });
  const stolen: string[] = [];
  const thief = foreigner((_request, _url, body) => (stolen.push(body), Response.json({ token: TOKEN })));
  for (const challenge of [`Bearer realm="${thief.origin}/token"`, 'Bearer realm="/moved"']) {
    const bad = open((_, url) =>
      url.pathname === '/moved'
        ? new Response(null, { status: 307, headers: { location: `${thief.origin}/t` } })
        : unauthorized(challenge),
    );
    await thrown(registrySource(parseReference(`${bad.host}/app:1`), { ...rest, host: host(bad.host) }).manifest());
  }
  expect(stolen).toEqual(['']);
});

test('a redirect of a manifest or a blob carries neither password nor token', async () => {
  const thief = foreigner((_, url) =>
    url.pathname === '/manifest' ? manifestResponse(IMAGE.manifest) : new Response(IMAGE.layer),
  );
  for (const challenge of ['Basic realm="x"', 'Bearer realm="/token"']) {
    const registry = open((request, url) => {
      if (url.pathname === '/token') return Response.json({ token: TOKEN });
      if (request.headers.get('authorization') === null) return unauthorized(challenge);
      const target = url.pathname.includes('/manifests/') ? '/manifest' : '/blob';
      return new Response(null, { status: 307, headers: { location: thief.origin + target } });
    });
    const image = source(registry.host);
    await image.manifest();
    const bytes = await new Response(await image.blob(layer)).bytes();
    expect(digestOf(bytes)).toBe(layer.digest);
  }
  expect(thief.requests.map(({ path }) => path)).toEqual(['/manifest', '/blob', '/manifest', '/blob']);
  expect(sentTo(thief)).toEqual([undefined, undefined, undefined, undefined]);
});

test('a 401 of the host behind a redirect is not answered', async () => {
  const thief = foreigner(() => unauthorized('Basic realm="give"'));
  const registry = open((_, { pathname }) =>
    pathname.includes('/manifests/')
      ? new Response(null, { status: 302, headers: { location: `${thief.origin}/x` } })
      : undefined,
  );
  await thrown(source(registry.host).manifest());
  expect(sentTo(thief)).toEqual([undefined]);
  expect(sentTo(registry)).toEqual([undefined]);
});

test('a registry that is a door to another: what anybody may have there is had, without credentials', async () => {
  const other = foreigner((request, url) => {
    if (url.pathname === '/token') return Response.json({ token: TOKEN });
    if (request.headers.get('authorization') === `Bearer ${TOKEN}`) return undefined;
    return unauthorized(`Bearer realm="${url.origin}/token",service="s",scope="repository:theirs:pull"`);
  });
  const door = open((request, url) => {
    if (request.headers.get('authorization') === null) return unauthorized('Basic realm="x"');
    return new Response(null, { status: 307, headers: { location: other.origin + url.pathname } });
  });
  const image = source(door.host);
  await image.manifest();
  expect(digestOf(await new Response(await image.blob(layer)).bytes())).toBe(layer.digest);
  expect(sentTo(door)).toEqual([undefined, BASIC, BASIC]);
  const asked = [undefined, undefined, `Bearer ${TOKEN}`];
  expect(sentTo(other)).toEqual([...asked, ...asked]);
  expect(other.requests[1]!.path).toBe('/token?service=s&scope=repository%3Atheirs%3Apull');
});

test('a redirect back to the registry does not bring them to the one between', async () => {
  const between = foreigner(
    (_, url) =>
      new Response(null, {
        status: 307,
        headers: { location: `http://${url.searchParams.get('back')}/v2/app/manifests/2` },
      }),
  );
  const registry = open((request, url) => {
    if (request.headers.get('authorization') === null) return unauthorized('Basic realm="x"');
    if (url.pathname.endsWith('/2')) return undefined;
    return new Response(null, { status: 307, headers: { location: `${between.origin}/?back=${url.host}` } });
  });
  await source(registry.host).manifest();
  expect(sentTo(between)).toEqual([undefined]);
  expect(sentTo(registry)).toEqual([undefined, BASIC, BASIC]);
});

test('uploads to another host get none', async () => {
  const thief = foreigner((request, url) =>
    request.method === 'PUT'
      ? new Response(null, { status: 201 })
      : new Response(null, { status: 202, headers: { location: url.pathname } }),
  );
  const registry = open((request) => {
    if (request.headers.get('authorization') === null) return unauthorized('Basic realm="x"');
    return request.method === 'POST'
      ? new Response(null, { status: 202, headers: { location: `${thief.origin}/upload` } })
      : undefined;
  });
  const destination = registryDestination(parseReference(`${registry.host}/app:1`), options());
  await destination.putBlob(layer, () => Promise.resolve(new Response(IMAGE.layer).body!));
  expect(thief.requests.map(({ method }) => method)).toEqual(['PATCH', 'PUT']);
  expect(sentTo(thief)).toEqual([undefined, undefined]);
  expect(sentTo(registry)).toEqual([undefined, BASIC]);
});

test('the next page of a list is not fetched from another host', async () => {
  const thief = foreigner(() => Response.json({ tags: ['stolen'] }));
  const registry = open((_, { pathname }) =>
    pathname.endsWith('/tags/list')
      ? Response.json(
          { tags: ['own'] },
          { headers: { link: `<${thief.origin}/v2/app/tags/list?last=own>; rel="next"` } },
        )
      : undefined,
  );
  const { code, out } = await limpid(
    'search',
    '--list-tags',
    '--tls-verify=false',
    '--format',
    '{{.Tag}}',
    `${registry.host}/app`,
  );
  expect({ code, out }).toEqual({ code: 0, out: 'own\n' });
  expect(thief.requests).toEqual([]);
});

test('a mirror does not get the credentials of the registry that it mirrors', async () => {
  const mirror = foreigner(() => unauthorized('Basic realm="mirror"'));
  const registry = open((request) =>
    request.headers.get('authorization') === null ? unauthorized('Basic realm="x"') : undefined,
  );
  const conf = `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n[[registry.mirror]]\nlocation = "${mirror.host}"\ninsecure = true\n`;
  const auth = JSON.stringify({ auths: { [registry.host]: { auth: btoa(`bob:${SECRET}`) } } });
  const files: Record<string, string> = { '/conf': conf, '/auth': auth };
  const host = {
    ...options().host!,
    env: { HOME: home, CONTAINERS_REGISTRIES_CONF: '/conf' },
    readText: (path: string) => Promise.resolve(files[path]),
  };
  await registrySource(parseReference(`${registry.host}/app:1`), {
    host,
    authFile: '/auth',
    pacing: { tries: 1 },
  }).manifest();
  expect(sentTo(mirror)).toEqual([undefined]);
  expect(sentTo(registry)).toEqual([undefined, BASIC]);
});

test('no message, log or trace shows a password', async () => {
  const registry = open(() => unauthorized('Basic realm="x"'));
  const authFile = `${home}/auth.json`;
  writeFileSync(authFile, JSON.stringify({ auths: { [registry.host]: { auth: btoa(`bob:${SECRET}`) } } }));
  const pulled = await limpidWith(
    { env: { LIMPID_TRACE: '1' } },
    '--log-level',
    'debug',
    'pull',
    '--tls-verify=false',
    '--authfile',
    authFile,
    `${registry.host}/app:1`,
  );
  expect(pulled.code).toBe(125);
  expect(pulled.err).toContain(`tried the credentials of "bob" from "${authFile}"`);
  const login = await limpid(
    'login',
    '-u',
    'bob',
    '-p',
    SECRET,
    '--tls-verify=false',
    '--authfile',
    authFile,
    registry.host,
  );
  expect(login).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot log in to "${registry.host}": it refuses the user "bob" with this password\n`,
  });
  for (const text of [pulled.out, pulled.err]) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(btoa(`bob:${SECRET}`));
  }
  // What was refused is not kept, and what was there stays.
  expect(JSON.parse(readFileSync(authFile, 'utf8'))).toEqual({
    auths: { [registry.host]: { auth: btoa(`bob:${SECRET}`) } },
  });
});

test('a damaged auth file is named, and not quoted', async () => {
  const registry = open(() => unauthorized('Basic realm="x"'));
  const authFile = `${directory}/broken.json`;
  for (const text of [
    `{"auths": {"${registry.host}": {"auth": "${SECRET}`,
    `{"auths": {"${registry.host}": {"auth": "${SECRET}"}}}`,
    `{"auths": "${SECRET}"}`,
  ]) {
    writeFileSync(authFile, text);
    const { code, err } = await limpid(
      'pull',
      '-q',
      '--tls-verify=false',
      '--authfile',
      authFile,
      `${registry.host}/app:1`,
    );
    expect(code).toBe(125);
    expect(err).toContain(`"${authFile}"`);
    expect(err).not.toContain(SECRET);
  }
  rmSync(authFile);
  const { code, err } = await limpid(
    'pull',
    '-q',
    '--tls-verify=false',
    '--authfile',
    directory,
    `${registry.host}/app:1`,
  );
  expect({ code, err }).toEqual({ code: 125, err: `Error: cannot read "${directory}": EISDIR, it is a directory\n` });
});
