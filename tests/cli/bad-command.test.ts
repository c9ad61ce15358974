import { beforeAll, describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, says, limpid } = privateWorld();
const programs = `${directory}/programs`;

beforeAll(async () => {
  mkdirSync(programs);
  writeFileSync(`${programs}/foreign`, foreignProgram());
  writeFileSync(`${programs}/orphan`, '#!/no/such/interpreter\n');
  writeFileSync(`${programs}/text`, 'hello\n');
  writeFileSync(`${programs}/garbage`, '\x7fELF and no more');
  writeFileSync(`${programs}/empty`, '');
  for (const name of ['foreign', 'orphan', 'text', 'garbage', 'empty']) chmodSync(`${programs}/${name}`, 0o755);
  writeFileSync(`${programs}/plain`, '#!/bin/sh\n');
  await says('run', '-d', '--name', 'lab', '-v', `${programs}:/p`, BUSYBOX, 'sleep', 'infinity');
});

/** An ELF header and one loadable segment, for whichever of x86_64 and aarch64 this machine is not. */
function foreignProgram(): Uint8Array {
  const [EM_X86_64, EM_AARCH64, ET_EXEC, PT_LOAD] = [62, 183, 2, 1];
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_EXEC, true);
  view.setUint16(18, process.arch === 'x64' ? EM_AARCH64 : EM_X86_64, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, 0x400000n, true);
  view.setBigUint64(32, 64n, true);
  [64, 56, 1].forEach((value, index) => view.setUint16(52 + 2 * index, value, true));
  view.setUint32(64, PT_LOAD, true);
  view.setUint32(68, 5, true);
  for (const [offset, value] of [
    [80, 0x400000n],
    [88, 0x400000n],
    [96, 0x1000n],
    [104, 0x1000n],
    [112, 0x1000n],
  ] as const)
    view.setBigUint64(offset, value, true);
  return bytes;
}

const MISSING =
  'ENOENT, no such file or directory (hint: if the file is there, its interpreter (the #! line, or the dynamic loader) is not)';
const NOT_IN_PATH = "ENOENT, not found in the container's PATH (hint: check the spelling, or give a path)";
const NOT_EXECUTABLE = 'EACCES, it is not executable, a directory, or on a noexec mount (hint: `chmod +x` it)';
const FOREIGN = 'ENOEXEC, it is for another architecture, or a script without a #! line';

const REFUSED: readonly (readonly [what: string, command: string, code: number, why: string])[] = [
  ['missing', 'nosuch', 127, NOT_IN_PATH],
  ['missing at its path', '/nosuch', 127, MISSING],
  ['empty', '', 127, NOT_IN_PATH],
  ['without its interpreter', '/p/orphan', 127, MISSING],
  ['not executable', '/p/plain', 126, NOT_EXECUTABLE],
  ['a directory', '/p', 126, NOT_EXECUTABLE],
  ['for another architecture', '/p/foreign', 126, FOREIGN],
  ['text', '/p/text', 126, FOREIGN],
  ['damaged', '/p/garbage', 126, FOREIGN],
  ['an empty file', '/p/empty', 126, FOREIGN],
  ['below a file', '/bin/busybox/x', 126, 'ENOTDIR, not a directory'],
];

for (const [what, command, code, why] of REFUSED) {
  describe(`a command that is ${what}`, () => {
    const refusal = { code, out: '', err: `Error: cannot run "${command}": ${why}\n` };
    test('run', async () => {
      expect(await limpid('run', '-v', `${programs}:/p`, BUSYBOX, command)).toEqual(refusal);
    });
    test('run --rm -d', async () => {
      expect(await limpid('run', '--rm', '-d', '-v', `${programs}:/p`, BUSYBOX, command)).toEqual(refusal);
    });
    test('exec', async () => expect(await limpid('exec', 'lab', command)).toEqual(refusal));
  });
}

const DIRECTORIES: readonly (readonly [path: string, why: string])[] = [
  [
    '/nonexistent',
    'ENOENT, it does not exist in the container, for --workdir /nonexistent (hint: create it, or choose another with --workdir)',
  ],
  ['/bin/busybox', 'ENOTDIR, it is not a directory, for --workdir /bin/busybox (hint: choose another with --workdir)'],
  [
    '/proc/self/fd/3',
    'ELOOP, it leads through a link of /proc, or in circles, for --workdir /proc/self/fd/3 (hint: name the directory itself)',
  ],
  [
    '/proc/1/root',
    'ELOOP, it leads through a link of /proc, or in circles, for --workdir /proc/1/root (hint: name the directory itself)',
  ],
];

for (const [path, why] of DIRECTORIES) {
  test(`a working directory ${path}`, async () => {
    const refusal = { code: 126, out: '', err: `Error: cannot change to working directory "${path}": ${why}\n` };
    expect(await limpid('run', '--workdir', path, BUSYBOX, 'pwd')).toEqual(refusal);
    expect(await limpid('exec', '--workdir', path, 'lab', 'pwd')).toEqual(refusal);
  });
}

test('create takes the command as it is, start says what is wrong with it', async () => {
  await says('create', '--name', 'later', BUSYBOX, 'nosuch');
  const { code, err } = await limpid('start', 'later');
  expect([code, err]).toEqual([127, `Error: cannot run "nosuch": ${NOT_IN_PATH}\n`]);
  expect(await says('ps', '-a', '--filter', 'name=later', '--format', '{{.State}}')).toBe('created');
  await says('rm', 'later');
});

// What was refused left no container behind: a failed `run` is as if it had not been typed.
test('nothing was created by any of them', async () => {
  expect(await says('ps', '-a', '--format', '{{.Names}}')).toBe('lab');
});
