/** login, logout and search as a user has them, with Debian's docker-registry and podman as the other reader. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { privateWorld, type Result } from './limpid.ts';

const { directory, limpidWith, onTerminal, globals } = privateWorld();
let registry: Registry;
const authFile = `${directory}/run-user/containers/auth.json`;

beforeAll(async () => {
  registry = await startRegistry({ users: { bob: 's3cret', 'ann@x.org': 'p:w ü' } });
  mkdirSync(`${directory}/home/.config/containers`, { recursive: true });
  const conf = `unqualified-search-registries = ["${registry.host}"]\n[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`;
  writeFileSync(`${directory}/home/.config/containers/registries.conf`, conf);
});
afterAll(() => registry.stop());

const environment = () => ({
  HOME: `${directory}/home`,
  XDG_RUNTIME_DIR: `${directory}/run-user`,
  XDG_CONFIG_HOME: '',
  PATH: `${directory}/bin:${process.env['PATH']}`,
});
const limpid = (...words: string[]): Promise<Result> => limpidWith({ env: environment() }, ...words);
const keys = () => Object.keys((JSON.parse(readFileSync(authFile, 'utf8')) as { auths: object }).auths);

test('a login is checked, kept for this user alone, and used', async () => {
  expect(await limpid('login', '-u', 'bob', '-p', 's3cret', registry.host)).toEqual({
    code: 0,
    out: 'Login Succeeded!\n',
    err: '',
  });
  expect(statSync(authFile).mode & 0o7777).toBe(0o600);
  expect(statSync(`${directory}/run-user/containers`).mode & 0o7777).toBe(0o700);
  expect(JSON.parse(readFileSync(authFile, 'utf8'))).toEqual({
    auths: { [registry.host]: { auth: btoa('bob:s3cret') } },
  });
  expect((await limpid('login', '--get-login', registry.host)).out).toBe('bob\n');
  const { err } = await limpid('pull', '-q', `${registry.host}/none:1`);
  expect(err).toContain(`"${registry.host}" has no repository "none"`);
});

test('podman finds it there, and what podman keeps is found here', () => {
  const podman = (...words: string[]) =>
    Bun.spawnSync(['podman', '--root', `${directory}/podman`, '--runroot', `${directory}/podman-run`, ...words], {
      env: { ...process.env, ...environment() },
    });
  expect(podman('login', '--get-login', '--authfile', authFile, registry.host).stdout.toString()).toBe('bob\n');
  const theirs = `${directory}/theirs.json`;
  const login = podman(
    'login',
    '--tls-verify=false',
    '--authfile',
    theirs,
    '-u',
    'ann@x.org',
    '-p',
    'p:w ü',
    registry.host,
  );
  expect(login.stdout.toString()).toBe('Login Succeeded!\n');
  return limpid('login', '--get-login', '--authfile', theirs, registry.host).then(({ out }) =>
    expect(out).toBe('ann@x.org\n'),
  );
});

test('a wrong password changes nothing', async () => {
  const before = readFileSync(authFile, 'utf8');
  expect(await limpid('login', '-u', 'bob', '-p', 'nope', registry.host)).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot log in to "${registry.host}": it refuses the user "bob" with this password\n`,
  });
  expect(readFileSync(authFile, 'utf8')).toBe(before);
});

test('the password comes over a pipe, whatever it is made of', async () => {
  const file = `${directory}/piped.json`;
  const options = { env: environment(), input: 'p:w ü\n' };
  expect(
    (
      await limpidWith(
        options,
        'login',
        '-v',
        '-u',
        'ann@x.org',
        '--password-stdin',
        '--authfile',
        file,
        `https://${registry.host}/`,
      )
    ).out,
  ).toBe(`Used: ${file}\nLogin Succeeded!\n`);
  expect((await limpid('login', '--get-login', '--authfile', file, registry.host)).out).toBe('ann@x.org\n');
});

test('on a terminal both are asked for, and the password is not shown', async () => {
  const file = `${directory}/asked.json`;
  const terminal = onTerminal('login', '--tls-verify=false', '--authfile', file, registry.host);
  await terminal.sees('Username: ');
  terminal.types('bob\n');
  await terminal.sees('Password: ');
  expect(terminal.isRaw).toBe(true);
  terminal.types('s3cret\n');
  await terminal.sees('Login Succeeded!');
  expect(await terminal.exited).toBe(0);
  expect(terminal.isRaw).toBe(false);
  expect(terminal.screen).not.toContain('s3cret');
  expect(Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { auths: object }).auths)).toEqual([registry.host]);
});

test('--creds with a user alone: the password is asked for, once for all that is done with it', async () => {
  const none = `${directory}/knows-nobody.json`;
  writeFileSync(none, '{"auths": {}}');
  const words = ['--tls-verify=false', '--authfile', none, '--creds', 'bob'];
  const terminal = onTerminal('search', ...words, `${registry.host}/nothing-of-that-name`);
  await terminal.sees('Password: ');
  terminal.types('s3cret\n');
  expect(await terminal.exited).toBe(0);
  expect(terminal.screen).not.toContain('s3cret');
  expect(await limpid('pull', ...words, `${registry.host}/empty:1`)).toEqual({
    code: 125,
    out: '',
    err: 'Error: cannot use --creds: there is no terminal to ask for the password on (hint: give it as USER:PASSWORD)\n',
  });
  expect((await limpid('pull', ...words.slice(0, -1), ':x', `${registry.host}/empty:1`)).err).toBe(
    'Error: cannot use --creds: it names no user\n',
  );
});

test.each([
  [['-p', 'x', '--password-stdin', '-u', 'bob'], 'cannot use --password-stdin: it excludes --password'],
  [['--password-stdin'], 'cannot use --password-stdin: it needs --username'],
  [
    ['-u', 'bob'],
    'cannot use standard input: it is no terminal to ask for user and password on (hint: give --username and --password-stdin)',
  ],
  [['-u', 'b:b', '-p', 'x'], 'cannot use --username: it holds a colon, which ends a user name'],
  [['-u', 'bob', '-p', ''], 'cannot use --password: it is empty'],
])('login %j is refused', async (words, message) => {
  expect(await limpid('login', ...words, registry.host)).toEqual({ code: 125, out: '', err: `Error: ${message}\n` });
});

test('a name that is no registry', async () => {
  expect((await limpid('login', '-u', 'a', '-p', 'b', 'ubuntu')).err).toBe(
    'Error: cannot read registry "ubuntu": a host is wanted, such as quay.io or localhost:5000\n',
  );
});

test('a namespace has a login of its own; a logout takes one, or all', async () => {
  for (const target of [`${registry.host}/team`, `${registry.host}/other`])
    await limpid('login', '-u', 'bob', '-p', 's3cret', target);
  expect(keys()).toEqual([registry.host, `${registry.host}/team`, `${registry.host}/other`]);
  expect((await limpid('logout', `${registry.host}/team`)).out).toBe(
    `Removed login credentials for ${registry.host}/team\n`,
  );
  expect(keys()).toEqual([registry.host, `${registry.host}/other`]);
  expect(await limpid('logout', `${registry.host}/team`)).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot find credentials for "${registry.host}/team": there are none\n`,
  });
  expect((await limpid('logout', '--all')).out).toBe('Removed login credentials for all registries\n');
  expect(keys()).toEqual([]);
  expect((await limpid('login', '--get-login', registry.host)).err).toBe(
    `Error: cannot find credentials for "${registry.host}": there are none\n`,
  );
});

test('without a registry the first that is searched is meant', async () => {
  expect((await limpid('login', '-u', 'bob', '-p', 's3cret')).out).toBe('Login Succeeded!\n');
  expect(keys()).toEqual([registry.host]);
  expect((await limpid('logout')).code).toBe(0);
});

test('logins side by side lose nothing', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `${registry.host}/n${index}`);
  await Promise.all(names.map((name) => limpid('login', '-u', 'bob', '-p', 's3cret', name)));
  expect(keys().sort()).toEqual(names);
  await limpid('logout', '-a');
});

test('a credential helper keeps, finds and forgets', async () => {
  mkdirSync(`${directory}/bin`);
  const kept = `${directory}/kept`;
  const helper = `${directory}/bin/docker-credential-test`;
  // As the protocol has it: a verb, a document or a name on stdin.
  const script = `#!/bin/sh
case $1 in
store) cat > ${kept} ;;
get) cat > /dev/null; if [ -e ${kept} ]; then cat ${kept}; else echo credentials not found in native keychain; exit 1; fi ;;
erase) cat > /dev/null; rm ${kept} ;;
esac`;
  writeFileSync(helper, script);
  chmodSync(helper, 0o755);
  const file = `${directory}/helped.json`;
  writeFileSync(file, JSON.stringify({ credHelpers: { [registry.host]: 'test' } }));
  const before = readFileSync(file, 'utf8');
  const search = () => limpid('search', '--authfile', file, `${registry.host}/`);
  expect((await search()).err).toContain('no credentials are known for it');
  expect((await limpid('login', '-v', '-u', 'bob', '-p', 's3cret', '--authfile', file, registry.host)).out).toBe(
    'Used: docker-credential-test\nLogin Succeeded!\n',
  );
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect((await search()).code).toBe(0);
  writeFileSync(kept, JSON.stringify({ ServerURL: registry.host, Username: 'bob', Secret: 'other' }));
  expect((await search()).err).toContain('tried the credentials of "bob" from "docker-credential-test"');
  expect((await limpid('logout', '--authfile', file, registry.host)).code).toBe(0);
  expect(existsSync(kept)).toBe(false);
  writeFileSync(helper, '#!/bin/sh\necho secret-in-a-message >&2; exit 3');
  expect((await search()).err).toBe(
    `Error: cannot use credential helper "test" for "${registry.host}": it exited with 3\n`,
  );
  writeFileSync(file, JSON.stringify({ credHelpers: { [registry.host]: 'gone' } }));
  expect((await search()).err).toBe(
    `Error: cannot use credential helper "gone" for "${registry.host}": there is no "docker-credential-gone" in PATH\n`,
  );
});

test('a damaged auth file is left as it is', async () => {
  const file = `${directory}/damaged.json`;
  writeFileSync(file, '{"auths": ');
  expect((await limpid('login', '-u', 'bob', '-p', 's3cret', '--authfile', file, registry.host)).err).toBe(
    `Error: cannot use "${file}": it is no JSON\n`,
  );
  expect(readFileSync(file, 'utf8')).toBe('{"auths": ');
});

test('an auth file behind a link is changed where it is; a device is left alone', async () => {
  const bob = ['login', '-u', 'bob', '-p', 's3cret', '--authfile'];
  writeFileSync(`${directory}/there.json`, '{}');
  symlinkSync('there.json', `${directory}/link.json`);
  expect((await limpid(...bob, `${directory}/link.json`, registry.host)).code).toBe(0);
  expect(readlinkSync(`${directory}/link.json`)).toBe('there.json');
  expect(readFileSync(`${directory}/there.json`, 'utf8')).toContain(registry.host);
  // One of its own: were it replaced, the machine's would be.
  Bun.spawnSync(['mknod', `${directory}/null`, 'c', '1', '3']);
  expect((await limpid(...bob, `${directory}/null`, registry.host)).err).toBe(
    `Error: cannot change "${directory}/null": it is a character device, and no file\n`,
  );
  expect(statSync(`${directory}/null`).isCharacterDevice()).toBe(true);
});

test('search: by a term, of all, tags, formats', async () => {
  const creds = ['--creds', 'bob:s3cret'];
  const push = ['copy', '--dest-tls-verify=false', '--dest-creds', 'bob:s3cret', `oci:${directory}/empty:1`];
  Bun.spawnSync(['umoci', 'init', '--layout', `${directory}/empty`]);
  Bun.spawnSync(['umoci', 'new', '--image', `${directory}/empty:1`]);
  for (const name of ['lab/one:1', 'lab/one:2', 'lab/two:1', 'other:1'])
    expect(Bun.spawnSync(['skopeo', ...push, `docker://${registry.host}/${name}`]).exitCode).toBe(0);
  const names = async (...words: string[]) =>
    (await limpid('search', ...creds, '--format', '{{.Name}}', ...words)).out.split('\n').slice(0, -1);
  expect(await names('lab')).toEqual([`${registry.host}/lab/one`, `${registry.host}/lab/two`]);
  expect(await names(`${registry.host}/`)).toEqual(
    ['lab/one', 'lab/two', 'other'].map((name) => `${registry.host}/${name}`),
  );
  expect(await names('--limit', '1', 'lab')).toEqual([`${registry.host}/lab/one`]);
  expect(await names('--filter', 'is-official', 'lab')).toEqual([]);
  expect((await limpid('search', ...creds, 'two')).out.replace(/ +/g, ' ').replaceAll(registry.host, 'HOST')).toBe(
    'NAME DESCRIPTION\nHOST/lab/two \n',
  );
  const [tags] = JSON.parse((await limpid('search', ...creds, '--list-tags', '--format', 'json', 'lab/one')).out);
  expect({ ...tags, Tags: tags.Tags.toSorted() }).toEqual({ Name: `${registry.host}/lab/one`, Tags: ['1', '2'] });
  expect((await limpid('search', ...creds, '--list-tags', 'lab/three')).err).toBe(
    `Error: cannot list tags of "${registry.host}/lab/three": "${registry.host}" has no repository "lab/three"\n`,
  );
  expect((await limpid('search', '--filter', 'stars=x', 'lab')).err).toBe(
    'Error: cannot use --filter "stars=x": stars=NUMBER, is-official[=BOOL] or is-automated[=BOOL] is wanted\n',
  );
});

test('policy.json rules over archives too', async () => {
  const policy = `${directory}/policy.json`;
  writeFileSync(
    policy,
    JSON.stringify({
      default: [{ type: 'insecureAcceptAnything' }],
      transports: { oci: { [`${directory}/empty`]: [{ type: 'reject' }] } },
    }),
  );
  symlinkSync('empty', `${directory}/linked`);
  for (const words of [
    ['load', '-i', `${directory}/empty`],
    ['pull', '-q', `oci:${directory}/empty:1`],
    ['load', '-i', `${directory}/linked`],
    ['pull', '-q', `oci:${directory}/linked:1`],
  ]) {
    const { code, err } = await limpid(words[0]!, '--signature-policy', policy, ...words.slice(1));
    expect(code).toBe(125);
    expect(err).toContain(
      `the policy refuses it: such images are not wanted (reject for "${directory}/empty" in "${policy}")`,
    );
  }
  expect(globals).toHaveLength(4);
});
