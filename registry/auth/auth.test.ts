import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../../base/error.ts';
import { helperFor, keysIn, parseAuthFile, secretInFile, withCredentials, withoutCredentials } from './auth-file.ts';
import { parseChallenges } from './challenge.ts';
import { mayKnowCredentials } from './realm.ts';

test.each<[string, unknown[]]>([
  ['Basic realm="a b"', [{ scheme: 'basic', parameters: { realm: 'a b' } }]],
  [
    'Bearer realm="https://r/t",service="s",scope="repository:a:pull,push"',
    [{ scheme: 'bearer', parameters: { realm: 'https://r/t', service: 's', scope: 'repository:a:pull,push' } }],
  ],
  [
    'BEARER Realm=x, Basic realm="y", Negotiate',
    [
      { scheme: 'bearer', parameters: { realm: 'x' } },
      { scheme: 'basic', parameters: { realm: 'y' } },
      { scheme: 'negotiate', parameters: {} },
    ],
  ],
  [String.raw`Basic realm="q\"u\\o"`, [{ scheme: 'basic', parameters: { realm: String.raw`q"u\o` } }]],
  ['Bearer realm="first",realm="second"', [{ scheme: 'bearer', parameters: { realm: 'first' } }]],
  ['Bearer realm="open', [{ scheme: 'bearer', parameters: {} }]],
  ['', []],
  ['="x"', []],
])('parseChallenges(%p)', (header, challenges) => {
  expect<unknown[]>(parseChallenges(header)).toEqual(challenges);
});

test('law: a challenge that is written is read', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const parameters = fc.dictionary(word, fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\\', '=', '/') }), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(fc.array(fc.record({ scheme: word, parameters }), { maxLength: 3 }), (challenges) => {
      const header = challenges
        .map(({ scheme, parameters }) => {
          const pairs = Object.entries(parameters).map(
            ([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`,
          );
          return `${scheme} ${pairs.join(',')}`;
        })
        .join(', ');
      expect(parseChallenges(header)).toEqual(challenges);
    }),
  );
});

test('law: any header is read without an error, in little time', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (header) => Array.isArray(parseChallenges(header))));
  expect(parseChallenges(`Bearer ${'a="'.repeat(100_000)}`)).toBeArray();
  expect(parseChallenges('Bearer __proto__="x"')[0]!.parameters).toEqual(JSON.parse('{"__proto__":"x"}'));
});

test.each([
  ['https://r.io/', 'https://r.io/token', true],
  ['https://r.io/', 'https://r.io:443/token', true],
  ['https://r.io/', 'https://r.io:444/token', false],
  ['https://r.io/', 'http://r.io/token', false],
  ['https://r.io/', 'https://auth.r.io/token', false],
  ['https://r.io/', 'https://r.io.evil.example/token', false],
  ['https://registry-1.docker.io/', 'https://auth.docker.io/token', true],
  ['https://registry-1.docker.io/', 'http://auth.docker.io/token', false],
  ['https://evil.example/', 'https://auth.docker.io/token', false],
  ['http://localhost:5000/', 'http://localhost:5000/token', true],
  ['http://localhost:5000/', 'http://localhost:5001/token', false],
  ['https://r.io/', 'https://trusted.example/token', true],
  ['https://r.io/', 'http://trusted.example/token', false],
])('mayKnowCredentials(%p, %p) is %p', (registry, realm, may) => {
  expect(mayKnowCredentials(new URL(registry), new URL(realm), ['trusted.example'])).toBe(may);
});

const auth = (user: string) => ({ auth: btoa(`${user}:pass`) });
const file = (document: unknown, path = '/auth.json') => parseAuthFile(JSON.stringify(document), path);
const userOf = (document: unknown, registry: string, repository: string) => {
  const secret = secretInFile(file(document), registry, repository);
  return secret?.kind === 'password' ? secret.username : secret?.kind;
};

test('the most specific entry is taken', () => {
  const auths = {
    'r.io/a/b': auth('ab'),
    'r.io/a': auth('a'),
    'r.io': auth('r'),
    'https://index.docker.io/v1/': auth('hub'),
    'https://s.io/v2/': auth('s'),
  };
  expect(userOf({ auths }, 'r.io', 'a/b')).toBe('ab');
  expect(userOf({ auths }, 'r.io', 'a/c')).toBe('a');
  expect(userOf({ auths }, 'r.io', 'ab')).toBe('r');
  expect(userOf({ auths }, 'docker.io', 'library/alpine')).toBe('hub');
  expect(userOf({ auths }, 's.io', 'x')).toBe('s');
  expect(userOf({ auths }, 'r.io:5000', 'a')).toBeUndefined();
  expect(userOf({ auths }, 'io', 'a')).toBeUndefined();
});

test('entries of other forms', () => {
  expect(userOf({ auths: { 'r.io': {} } }, 'r.io', 'a')).toBeUndefined();
  expect(userOf({ auths: { 'r.io': { auth: '' } } }, 'r.io', 'a')).toBeUndefined();
  expect(userOf({ auths: { 'r.io': { username: 'u', password: 'p' } } }, 'r.io', 'a')).toBe('u');
  expect(userOf({ auths: { 'r.io': { ...auth('u'), identitytoken: 't' } } }, 'r.io', 'a')).toBe('identity');
  expect(secretInFile(file({ auths: { 'r.io': { auth: btoa('u:p:q\0\0') } } }), 'r.io', 'a')).toMatchObject({
    password: 'p:q',
  });
  expect(secretInFile(file({ 'r.io': auth('old') }, '/home/.dockercfg'), 'r.io', 'a')).toMatchObject({
    username: 'old',
  });
});

test('helpers of one registry', () => {
  const helpers = file({ credHelpers: { 'r.io': 'pass', 'https://index.docker.io/v1/': 'hub' }, credsStore: 'all' });
  expect([
    helperFor(helpers, 'r.io'),
    helperFor(helpers, 'docker.io'),
    helperFor(helpers, 'x.io'),
    helpers.credsStore,
  ]).toEqual(['pass', 'hub', undefined, 'all']);
  expect(keysIn(helpers)).toEqual(['r.io', 'https://index.docker.io/v1/']);
});

test.each([
  '{',
  '[]',
  '"x"',
  '{"auths":{"r.io":{"auth":7}}}',
  '{"auths":{"r.io":{"auth":"%%"}}}',
  '{"auths":{"r.io":{"auth":"bm9jb2xvbg=="}}}',
])('the damaged file %p is named and not quoted', (text) => {
  let error: unknown;
  try {
    secretInFile(parseAuthFile(text, '/auth.json'), 'r.io', 'a');
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(LimpidError);
  expect((error as LimpidError).code).toBe('ECONF');
  expect((error as LimpidError).message).toContain('"/auth.json"');
  expect((error as LimpidError).message).not.toMatch(/%%|bm9j|nocolon/);
});

test('law: credentials that are written are read, and the rest of the file stays', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[^:\0\ud800-\udfff]+$/),
      fc.stringMatching(/^[^\0\ud800-\udfff]+$/),
      (username, password) => {
        const before = JSON.stringify({ auths: { 'other.io': auth('o') }, psFormat: 'x' });
        const text = withCredentials(before, '/a', 'r.io', { username, password });
        expect(secretInFile(parseAuthFile(text, '/a'), 'r.io', 'x')).toEqual({
          kind: 'password',
          username,
          password,
          origin: '/a',
        });
        const after = withoutCredentials(text, '/a', 'r.io');
        expect(JSON.parse(after!)).toEqual(JSON.parse(before));
      },
    ),
  );
});

test('a logout takes the entry itself, not its namespaces', () => {
  const text = JSON.stringify({
    auths: { 'r.io': auth('a'), 'r.io/x': auth('b'), 'https://index.docker.io/v1/': auth('c') },
  });
  expect(Object.keys(JSON.parse(withoutCredentials(text, '/a', 'r.io')!).auths)).toEqual([
    'r.io/x',
    'https://index.docker.io/v1/',
  ]);
  expect(Object.keys(JSON.parse(withoutCredentials(text, '/a', 'docker.io')!).auths)).toEqual(['r.io', 'r.io/x']);
  expect(withoutCredentials(text, '/a', 'x.io')).toBeUndefined();
  expect(JSON.parse(withoutCredentials(text, '/a', undefined)!)).toEqual({ auths: {} });
});
