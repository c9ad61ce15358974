import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../base/error.ts';
import { checkTag, formatReference, parseImageName, parseReference, withDefaultTag } from './reference.ts';

const HEX = 'a'.repeat(64);

test.each([
  ['docker.io/library/alpine:3.22', 'docker.io', 'library/alpine', '3.22', undefined],
  ['docker.io/alpine', 'docker.io', 'library/alpine', undefined, undefined],
  ['index.docker.io/alpine', 'docker.io', 'library/alpine', undefined, undefined],
  ['docker.io/user/app', 'docker.io', 'user/app', undefined, undefined],
  ['localhost/app', 'localhost', 'app', undefined, undefined],
  ['localhost:5000/a/b/c:v1', 'localhost:5000', 'a/b/c', 'v1', undefined],
  ['REG.example.COM/app', 'reg.example.com', 'app', undefined, undefined],
  ['[::1]:5000/app', '[::1]:5000', 'app', undefined, undefined],
  ['127.0.0.1/app', '127.0.0.1', 'app', undefined, undefined],
  [`quay.io/a/b@sha256:${HEX}`, 'quay.io', 'a/b', undefined, `sha256:${HEX}`],
  [`quay.io/a/b:t@sha256:${HEX}`, 'quay.io', 'a/b', 't', `sha256:${HEX}`],
  [`quay.io/a@sha512:${HEX}${HEX}`, 'quay.io', 'a', undefined, `sha512:${HEX}${HEX}`],
  ['alpine', undefined, 'alpine', undefined, undefined],
  ['user/app:1', undefined, 'user/app', '1', undefined],
  ['localhost:5000', undefined, 'localhost', '5000', undefined],
  ['r.io/a__b.c-d--e', 'r.io', 'a__b.c-d--e', undefined, undefined],
])('parseImageName(%p)', (text, registry, repository, tag, digest) => {
  const { registry: r, repository: p, tag: t, digest: d } = parseImageName(text);
  expect([r, p, t, d]).toEqual([registry, repository, tag, digest]);
});

test.each([
  ['', 'it is empty'],
  ['a b', 'it holds a blank or a control character'],
  ['a\u0007', 'it holds a blank or a control character'],
  ['https://r.io/a', 'it begins with "https://" (hint: write "r.io/a")'],
  ['Alpine', '"Alpine" holds upper-case letters (hint: write it in lower case)'],
  ['r.io/Foo/bar', '"Foo" holds upper-case letters (hint: write it in lower case)'],
  ['r.io/', 'it names no repository'],
  ['/alpine', 'it begins with a slash'],
  ['r.io//a', 'it begins with a slash'],
  ['a//b', 'it holds an empty component, "//"'],
  ['a/b/', 'it ends with a slash'],
  ['alpine:', 'nothing follows the colon'],
  ['alpine:-x', 'its tag "-x" is not made of letters, digits, "_", "." and "-"'],
  [`alpine:${'x'.repeat(129)}`, 'its tag has 129 characters, 128 may be'],
  ['a:b:c', '"a:b" holds ":"'],
  ['r.io/ä', '"ä" holds "ä"'],
  ['r.io/a..b', '"a..b" is not words of letters and digits with one ".", one or two "_", or "-" between them'],
  ['-a', '"-a" is not words of letters and digits with one ".", one or two "_", or "-" between them'],
  ['r.io:0/a', 'its port "0" is no number between 1 and 65535'],
  ['r.io:65536/a', 'its port "65536" is no number between 1 and 65535'],
  ['localhost:/a', 'its port "" is no number between 1 and 65535'],
  ['host:5x/a', 'its port "5x" is no number between 1 and 65535'],
  [
    'sif:/x',
    '"sif:" is no transport (hint: docker://, docker-archive:, docker-daemon:, oci:, oci-archive:, dir:, containers-storage: and builtin: are)',
  ],
  [
    'OCI:dir/x',
    '"OCI:" is no transport (hint: docker://, docker-archive:, docker-daemon:, oci:, oci-archive:, dir:, containers-storage: and builtin: are)',
  ],
  ['r.io:x/a', 'its port "x" is no number between 1 and 65535'],
  ['-r.io/a', '"-r.io" is no host name'],
  ['[::1/a', '"[:" is no host name'],
  ['a@', 'its digest "" has no "ALGORITHM:" in front'],
  ['a@sha256:abc', 'its digest "sha256:abc" has 3 digits, sha256 has 64'],
  [`a@sha256:${'A'.repeat(64)}`, 'is not made of lower-case hexadecimal digits'],
  [`a@md5:${HEX}`, 'is of an unknown algorithm (known: sha256, sha384, sha512)'],
  [HEX, '64 hexadecimal digits are an image id (hint: shorten the id, or pick a name)'],
  [`r.io/${'a'.repeat(251)}`, 'its name has 256 characters, 255 may be'],
])('parseImageName(%p) fails: %s', (text, why) => {
  const error = thrown(() => parseImageName(text));
  expect(error.code).toBe('EREFERENCE');
  expect(error.message).toStartWith('cannot read image name "');
  expect(error.message).toEndWith(why);
});

test('a name without a registry is no reference', () => {
  expect(thrown(() => parseReference('alpine')).message).toBe(
    'cannot read image name "alpine": it names no registry (hint: write "docker.io/alpine" or "localhost/alpine")',
  );
});

test('latest is for names without tag and digest', () => {
  expect(formatReference(withDefaultTag(parseReference('docker.io/alpine')))).toBe('docker.io/library/alpine:latest');
  expect(formatReference(withDefaultTag(parseReference('r.io/a:1')))).toBe('r.io/a:1');
  expect(formatReference(withDefaultTag(parseReference(`r.io/a@sha256:${HEX}`)))).toBe(`r.io/a@sha256:${HEX}`);
});

test('a tag by itself', () => {
  expect(() => checkTag('v1.0_x')).not.toThrow();
  expect(thrown(() => checkTag('a/b')).message).toContain('cannot read tag "a/b": its tag');
});

test('law: whatever is read comes out of its own text again', () => {
  const name = fc.stringMatching(/^[a-z0-9]{1,6}([._-][a-z0-9]{1,5}){0,2}$/);
  const registry = fc.constantFrom('docker.io', 'localhost', 'r.io:5000', '[::1]:80', '10.0.0.1');
  const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/));
  const digest = fc.boolean();
  fc.assert(
    fc.property(registry, fc.array(name, { minLength: 2, maxLength: 4 }), tag, digest, (r, path, t, d) => {
      const text = `${r}/${path.join('/')}${t === null ? '' : `:${t}`}${d ? `@sha256:${HEX}` : ''}`;
      expect(formatReference(parseReference(text))).toBe(text);
    }),
  );
});

test('law: any text is a name that stays itself, or EREFERENCE', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-zA-Z0-9.:/@_[\]-]{0,40}$/));
  fc.assert(
    fc.property(texts, (text) => {
      let once;
      try {
        once = parseImageName(text);
      } catch (error) {
        expect((error as LimpidError).code).toBe('EREFERENCE');
        return;
      }
      expect(parseImageName(formatReference(once))).toEqual(once);
    }),
    { numRuns: 400 },
  );
});

function thrown(act: () => unknown): LimpidError {
  try {
    act();
  } catch (error) {
    if (error instanceof LimpidError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
