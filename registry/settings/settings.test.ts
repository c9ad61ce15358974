import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../../base/error.ts';
import { formatReference, parseImageName, parseReference } from '../../spec/reference.ts';
import type { RegistryOptions } from '../options.ts';
import { endpointsBy } from './endpoints.ts';
import { matchedLength, matchRule, relocate } from './match-rule.ts';
import { mergeConf, parseRegistriesConf, type RegistryRule } from './registries-conf.ts';
import { resolveShortName } from './short-name.ts';

const conf = (...texts: string[]) => mergeConf(texts.map((text, index) => parseRegistriesConf(text, `/${index}.conf`)));
const endpoints = (text: string, reference: string, options: RegistryOptions = {}) =>
  endpointsBy(parseReference(reference), conf(text), options).map(
    ({ registry, repository, insecure }) => `${registry}/${repository}${insecure ? ' insecure' : ''}`,
  );

function message(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof LimpidError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test.each([
  ['r.io/a:1', 'r.io', 4],
  ['r.io/a:1', 'r.io/a', 6],
  ['r.io/a:1', 'r.io/a:1', 8],
  ['r.io/ab:1', 'r.io/a', undefined],
  ['r.io/a/b', 'r.io/a', 6],
  ['r.io:5000/a', 'r.io', undefined],
  ['r.io:5000/a', 'r.io:5000', 9],
  ['r.iox/a', 'r.io', undefined],
  ['x.r.io/a', '*.r.io', 6],
  ['x.y.r.io:5000/a', '*.r.io', 13],
  ['r.io/a', '*.r.io', undefined],
  ['xr.io/a', '*.r.io', undefined],
  ['docker.io/alpine', 'docker.io/library', 17],
])('%s matches %s over %p characters', (reference, prefix, length) => {
  expect(matchedLength(parseReference(reference), prefix)).toBe(length);
});

test('the longest prefix rules', () => {
  const { rules } = conf(
    '[[registry]]\nlocation="r.io"\n[[registry]]\nlocation="r.io/a/b"\n[[registry]]\nlocation="r.io/a"',
  );
  expect(matchRule(parseReference('r.io/a/b/c'), rules)?.prefix).toBe('r.io/a/b');
  expect(matchRule(parseReference('r.io/a/c'), rules)?.prefix).toBe('r.io/a');
  expect(matchRule(parseReference('x.io/a'), rules)).toBeUndefined();
});

test('a location takes the place of the prefix', () => {
  const moved = (prefix: string, location: string, name: string) =>
    formatReference(relocate(parseReference(name), { prefix } as RegistryRule, location));
  expect(moved('r.io/a', 'in.side:5000/b/c', 'r.io/a/x:1')).toBe('in.side:5000/b/c/x:1');
  expect(moved('r.io', 'in.side', `r.io/a@sha256:${'a'.repeat(64)}`)).toBe(`in.side/a@sha256:${'a'.repeat(64)}`);
  expect(moved('*.r.io', 'in.side', 'x.r.io/a:1')).toBe('in.side/a:1');
  expect(moved('*.r.io', '', 'x.r.io/a:1')).toBe('x.r.io/a:1');
  expect(moved('docker.io', 'mirror.io', 'docker.io/alpine:3')).toBe('mirror.io/library/alpine:3');
});

test('mirrors, each for what it serves', () => {
  const text = `
    [[registry]]
    prefix = "r.io"
    location = "in.side"
    [[registry.mirror]]
    location = "m1.io"
    insecure = true
    [[registry.mirror]]
    location = "m2.io/x"
    pull-from-mirror = "digest-only"
    [[registry.mirror]]
    location = "m3.io"
    pull-from-mirror = "tag-only"`;
  expect(endpoints(text, 'r.io/a:1')).toEqual(['m1.io/a insecure', 'm3.io/a', 'in.side/a']);
  expect(endpoints(text, `r.io/a@sha256:${'a'.repeat(64)}`)).toEqual(['m1.io/a insecure', 'm2.io/x/a', 'in.side/a']);
  const byDigest =
    '[[registry]]\nlocation = "r.io"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "m.io"';
  expect(endpoints(byDigest, 'r.io/a:1')).toEqual(['r.io/a']);
  expect(endpoints(byDigest, `r.io/a@sha256:${'a'.repeat(64)}`)).toEqual(['m.io/a', 'r.io/a']);
});

test('the command line says more than the files', () => {
  const text = '[[registry]]\nlocation = "r.io"\ninsecure = true';
  expect(endpoints(text, 'r.io/a')).toEqual(['r.io/a insecure']);
  expect(endpoints(text, 'r.io/a', { tlsVerify: true })).toEqual(['r.io/a']);
  expect(endpoints('', 'r.io/a', { tlsVerify: false })).toEqual(['r.io/a insecure']);
});

test('what is blocked', () => {
  expect(message(() => endpoints('[[registry]]\nprefix = "*.evil.io"\nblocked = true', 'x.evil.io/a:1'))).toBe(
    'cannot pull "x.evil.io/a:1": "*.evil.io" is blocked in "/0.conf"',
  );
});

test('later files win: by prefix, by alias; an empty alias takes one away', () => {
  const merged = conf(
    'unqualified-search-registries = ["a.io"]\nshort-name-mode = "enforcing"\n[[registry]]\nlocation = "r.io"\n[aliases]\n"x" = "a.io/x"\n"y" = "a.io/y"',
    'unqualified-search-registries = ["b.io"]\n[[registry]]\nlocation = "r.io"\ninsecure = true\n[aliases]\n"x" = "b.io/x"\n"y" = ""',
  );
  expect(merged.searched).toEqual(['b.io']);
  expect(merged.shortNameMode).toBe('enforcing');
  expect(merged.rules.map(({ insecure }) => insecure)).toEqual([true]);
  expect([...merged.aliases]).toEqual([['x', { name: 'b.io/x', file: '/1.conf' }]]);
});

test('version 1', () => {
  const old = conf(
    '[registries.search]\nregistries = ["a.io"]\n[registries.insecure]\nregistries = ["i.io"]\n[registries.block]\nregistries = ["b.io"]',
  );
  expect(old.searched).toEqual(['a.io']);
  expect(old.rules.map(({ prefix, insecure, blocked }) => [prefix, insecure, blocked])).toEqual([
    ['i.io', true, false],
    ['b.io', false, true],
  ]);
});

test.each([
  ['a = ', '"/0.conf": it is no TOML: '],
  ['unqualified-search-registries = "a.io"', '"unqualified-search-registries" of "/0.conf": "a.io" is not a list'],
  ['[[registry]]\ninsecure = true', '"registry[0]" of "/0.conf": it has neither a prefix nor a location'],
  [
    '[[registry]]\nlocation = "a.io"\nblocked = "yes"',
    '"registry[0].blocked" of "/0.conf": "yes" is not true or false',
  ],
  [
    '[[registry]]\nprefix = "a.*.io"',
    '"registry[0].prefix" of "/0.conf": "a.*.io" has a "*" in another place than "*.example.com"',
  ],
  ['[[registry]]\nprefix = "a.io"', '"registry[0]" of "/0.conf": "a.io" says nothing: it has no location'],
  [
    '[[registry]]\nlocation = "https://a.io"\nblocked = true',
    '"registry[0].location" of "/0.conf": "https://a.io" has a scheme, where a host is wanted',
  ],
  ['[[registry]]\nlocation = "a.io"\nprefix = "http://b.io"', '"registry[0].prefix" of "/0.conf": "http://b.io" has'],
  [
    '[[registry]]\nlocation = "a.io"\n[[registry.mirror]]\nlocation = "http://b.io"',
    '"registry[0].mirror[0].location" of "/0.conf": "http://b.io" has a scheme',
  ],
  [
    'unqualified-search-registries = ["http://a.io"]',
    '"unqualified-search-registries" of "/0.conf": "http://a.io" has',
  ],
  ['[registries.block]\nregistries = ["https://a.io"]', '"registries" of "/0.conf": "https://a.io" has a scheme'],
  [
    '[[registry]]\nlocation = "a.io"\nblocked = true\n[[registry]]\nprefix = "a.io/"\nlocation = "b.io"',
    '"registry[1].blocked" of "/0.conf": another [[registry]] of "a.io" contradicts it',
  ],
  [
    '[[registry]]\nlocation = "a.io"\n[[registry]]\nlocation = "a.io"\ninsecure = true',
    '"registry[1].insecure" of "/0.conf": another [[registry]] of "a.io" contradicts it',
  ],
  ['short-name-mode = "maybe"', '"short-name-mode" of "/0.conf": "maybe" is not one of'],
  ['registries = {search = {registries = []}}\nunqualified-search-registries = []', 'it mixes version 1'],
  [
    '[[registry]]\nlocation = "a.io"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "b"\npull-from-mirror = "all"',
    '"registry[0].mirror[0]" of "/0.conf": "pull-from-mirror" and "mirror-by-digest-only" exclude each other',
  ],
])('the file %p is refused', (text, why) => {
  expect(message(() => conf(text))).toStartWith('cannot use ');
  expect(message(() => conf(text))).toContain(why);
});

test.each(['insecure = true', 'blocked = true', 'trusted-realms = ["b.io"]', '[[registry.mirror]]\nlocation = "b.io"'])(
  'a prefix without a location may say %j',
  (says) => {
    expect(conf(`[[registry]]\nprefix = "a.io"\n${says}`).rules.map(({ prefix }) => prefix)).toEqual(['a.io']);
  },
);

test.each(['prefix = "*.a.io"', 'location = "a.io"', 'prefix = "a.io"\nlocation = "b.io"'])(
  '%j says enough',
  (says) => {
    expect(conf(`[[registry]]\n${says}`).rules).toHaveLength(1);
  },
);

test('law: any text is a configuration or ECONF', () => {
  const value = fc.constantFrom('"a.io"', '["a.io", "b.io"]', 'true', '7', '"*.a"', '""', '{}', '[[]]');
  const key = fc.constantFrom(
    'location',
    'prefix',
    'insecure',
    'blocked',
    'mirror',
    'pull-from-mirror',
    '"a/b"',
    'registries',
  );
  const header = fc.constantFrom(
    '',
    '[[registry]]',
    '[[registry.mirror]]',
    '[aliases]',
    '[registries.search]',
    'unqualified-search-registries = ',
  );
  const line = fc.oneof(
    header,
    fc.tuple(key, value).map(([name, text]) => `${name} = ${text}`),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      try {
        conf(lines.join('\n'));
      } catch (error) {
        expect((error as LimpidError).code).toBe('ECONF');
      }
    }),
    { numRuns: 300 },
  );
});

const short = (text: string, name: string) => resolveShortName(parseImageName(name), conf(text)).map(formatReference);

test('short names: aliases first, then all that are searched', () => {
  const text = 'unqualified-search-registries = ["a.io", "docker.io"]\n[aliases]\n"x" = "q.io/y/x"';
  expect(short(text, 'x:1')).toEqual(['q.io/y/x:1']);
  expect(short(text, 'alpine:1')).toEqual(['a.io/alpine:1', 'docker.io/library/alpine:1']);
  expect(short(text, 'y/x')).toEqual(['a.io/y/x', 'docker.io/y/x']);
});

test('short names that cannot be', () => {
  expect(message(() => short('', 'x:1'))).toBe(
    'cannot resolve image name "x:1": no registry is searched for short names ' +
      '(hint: write "docker.io/x:1", or set unqualified-search-registries in registries.conf)',
  );
  expect(
    message(() => short('short-name-mode = "enforcing"\nunqualified-search-registries = ["a.io", "b.io"]', 'x')),
  ).toBe(
    'cannot resolve image name "x": short-name-mode is "enforcing", and it may mean "a.io/x" or "b.io/x" (hint: write the one that is meant)',
  );
  expect(message(() => short('[aliases]\n"x" = "q.io/x:1"', 'x'))).toBe(
    'cannot use alias "x" of "/0.conf": "q.io/x:1" has a tag or a digest',
  );
});
