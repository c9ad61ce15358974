import { describe, expect, test } from 'bun:test';
import { mappedUser } from './mapped-ids.ts';
import { failure, sampleConfig } from './sample.fixture.ts';
import { resolveUser, type UserFiles } from './user.ts';

const FILES: UserFiles = {
  passwd: `root:x:0:0:root:/root:/bin/sh
alice:x:1000:100::/home/alice:/bin/sh
5000:x:7:7::/home/digits:/bin/sh
eve:x:garbage:0::/:/bin/sh
alice:x:0:0::/root:/bin/sh
second:x:1000:55::/home/second:/bin/sh
`,
  group: `root:x:0:
users:x:100:
wheel:x:10:alice,bob
video:x:44:alice
mail:x:8:root
6000:x:9:
eve:x:-1:alice
wheel:x:11:
`,
};

describe('who a container runs as', () => {
  const cases: [string, { uid: number; gid: number; additionalGids: number[]; home: string }][] = [
    ['', { uid: 0, gid: 0, additionalGids: [0, 8], home: '/root' }],
    ['root', { uid: 0, gid: 0, additionalGids: [0, 8], home: '/root' }],
    ['alice', { uid: 1000, gid: 100, additionalGids: [10, 44, 100], home: '/home/alice' }],
    // Digits find the entry with this uid: the first one, with its name's groups.
    ['1000', { uid: 1000, gid: 100, additionalGids: [10, 44, 100], home: '/home/alice' }],
    // A group that is written out leaves out those of /etc/group.
    ['alice:wheel', { uid: 1000, gid: 10, additionalGids: [10], home: '/home/alice' }],
    ['alice:0', { uid: 1000, gid: 0, additionalGids: [], home: '/home/alice' }],
    ['1000:4242', { uid: 1000, gid: 4242, additionalGids: [4242], home: '/home/alice' }],
    ['4242', { uid: 4242, gid: 0, additionalGids: [], home: '/' }],
    ['4242:users', { uid: 4242, gid: 100, additionalGids: [100], home: '/' }],
    // The user named "5000" is not who has the number 5000.
    ['5000', { uid: 5000, gid: 0, additionalGids: [], home: '/' }],
    ['4242:6000', { uid: 4242, gid: 6000, additionalGids: [6000], home: '/' }],
    ['2147483647:2147483647', { uid: 2147483647, gid: 2147483647, additionalGids: [2147483647], home: '/' }],
    [':wheel', { uid: 0, gid: 10, additionalGids: [10], home: '/root' }],
    ['alice:', { uid: 1000, gid: 100, additionalGids: [10, 44, 100], home: '/home/alice' }],
  ];
  for (const [text, user] of cases)
    test(`"${text}"`, () => expect(resolveUser(text, FILES)).toEqual({ ...user, requestedGids: [] }));
});

describe('what is refused', () => {
  const range = 'ids are decimal, from 0 to 2147483647';
  const cases: [string, string][] = [
    ['-1', `EOPTION: cannot understand user "-1": ${range}`],
    ['+1', `EOPTION: cannot understand user "+1": ${range}`],
    ['0x0', `EOPTION: cannot understand user "0x0": ${range}`],
    ['2147483648', `EOPTION: cannot understand user "2147483648": ${range}`],
    ['4294967296', `EOPTION: cannot understand user "4294967296": ${range}`],
    ['1e3', `EOPTION: cannot understand user "1e3": ${range}`],
    ['0:-1', `EOPTION: cannot understand group "-1": ${range}`],
    ['0:0x0', `EOPTION: cannot understand group "0x0": ${range}`],
    ['1:2:3', 'EOPTION: cannot understand user "1:2:3": it has more than one ":"'],
    // Its entry is invalid: it must not become root.
    [
      'eve',
      'ENOUSER: cannot find user "eve": the root file system\'s /etc/passwd has no valid entry of this name ' +
        '(hint: a number works without an entry)',
    ],
    [
      'root:eve',
      'ENOGROUP: cannot find group "eve": the root file system\'s /etc/group has no valid entry of this name ' +
        '(hint: a number works without an entry)',
    ],
  ];
  for (const [text, message] of cases)
    test(`"${text}"`, () => expect(failure(() => resolveUser(text, FILES))).toBe(message));
});

test('--group-add takes names and numbers, on top of the groups of /etc/group', () => {
  expect(resolveUser('alice', FILES, ['video', '29', 'root']).additionalGids).toEqual([0, 10, 29, 44, 100]);
  expect(resolveUser('4242:4242', FILES, ['wheel']).additionalGids).toEqual([10, 4242]);
  expect(failure(() => resolveUser('', FILES, ['nosuch']))).toStartWith('ENOGROUP: cannot find group "nosuch"');
  expect(failure(() => resolveUser('', FILES, ['-5']))).toStartWith('EOPTION: cannot understand group "-5"');
});

test('a rootfs without the files has root and numbers', () => {
  expect(resolveUser('root:root', {})).toMatchObject({ uid: 0, gid: 0, additionalGids: [], home: '/' });
  expect(resolveUser('7:8', {})).toMatchObject({ uid: 7, gid: 8, additionalGids: [8], home: '/' });
  expect(failure(() => resolveUser('alice', {}))).toStartWith('ENOUSER');
});

describe('within a user namespace', () => {
  const config = sampleConfig({
    namespaces: { user: { kind: 'private' } },
    uidMappings: [{ containerID: 0, hostID: 100000, size: 1001 }],
    gidMappings: [
      { containerID: 0, hostID: 100000, size: 11 },
      { containerID: 100, hostID: 100100, size: 1 },
    ],
  });
  const run = (text: string, extra: string[] = []) => mappedUser(resolveUser(text, FILES, extra), config);

  test('groups of /etc/group that are not mapped are left out', () => {
    expect(run('alice').additionalGids).toEqual([10, 100]);
    expect(mappedUser(resolveUser('alice', FILES), sampleConfig()).additionalGids).toEqual([10, 44, 100]);
  });

  test('what was asked for is refused', () => {
    const why = "the container's id map does not reach it";
    expect(failure(() => run('1001'))).toBe(`EOPTION: cannot run as user 1001: ${why} (hint: map it with --uidmap)`);
    expect(failure(() => run('0:11'))).toBe(`EOPTION: cannot run as group 11: ${why} (hint: map it with --gidmap)`);
    expect(failure(() => run('alice', ['video']))).toBe(
      `EOPTION: cannot run as group 44: ${why} (hint: map it with --gidmap)`,
    );
  });
});
