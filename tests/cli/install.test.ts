import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const prefix = mkdtempSync('/tmp/limpid-install-');

function installer(what: 'install' | 'uninstall'): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([`${ROOT}tools/install.sh`, what, prefix]);
  expect(stderr.toString()).toBe('');
  expect(exitCode).toBe(0);
  return stdout.toString();
}

function files(): string[] {
  return readdirSync(prefix, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(`${prefix}/${path}`).isFile(),
  );
}

function run(path: string, env: Record<string, string>) {
  const { exitCode, stdout } = Bun.spawnSync([path, 'version', '--format', '{{.Client.Version}}'], { env });
  return { exitCode, output: stdout.toString() };
}

beforeAll(() => {
  expect(installer('install')).toBe(`installed ${prefix}/bin/limpid\n`);
});
afterAll(() => rmSync(prefix, { recursive: true }));

test('program, completions and man pages are where the system looks for them', () => {
  expect(files()).toEqual(
    expect.arrayContaining([
      'bin/limpid',
      'bin/limpid-runtime',
      'libexec/limpid/limpid',
      'share/bash-completion/completions/limpid',
      'share/fish/vendor_completions.d/limpid.fish',
      'share/man/man1/limpid-run.1',
      'share/man/man1/limpid.1',
      'share/zsh/site-functions/_limpid',
    ]),
  );
});

test('what is installed does not obey BUN_* of the environment', () => {
  const expected = { exitCode: 0, output: '0.1.0\n' };
  expect(run(`${prefix}/bin/limpid`, { BUN_BE_BUN: '1' })).toEqual(expected);
  expect(run(`${prefix}/bin/limpid`, { BUN_OPTIONS: '--revision', PATH: '/bin' })).toEqual(expected);
});

test('by its other name it is an OCI runtime', () => {
  const { exitCode, stdout } = Bun.spawnSync([`${prefix}/bin/limpid-runtime`, '--version'], { env: {} });
  expect({ exitCode, first: stdout.toString().split('\n')[0] }).toEqual({
    exitCode: 0,
    first: 'limpid-runtime version 0.1.0',
  });
});

test('from a directory that was removed it says so', () => {
  const script = `mkdir ${prefix}/gone && cd ${prefix}/gone && rmdir ${prefix}/gone && ${prefix}/bin/limpid version`;
  const { exitCode, stdout, stderr } = Bun.spawnSync(['sh', '-c', script]);
  expect({ exitCode, out: stdout.toString(), err: stderr.toString() }).toEqual({
    exitCode: 125,
    out: '',
    err: 'Error: cannot find the working directory: it was removed (hint: `cd` to one that is there)\n',
  });
});

test('the launcher says what is missing', () => {
  const alone = `${prefix}/elsewhere/bin`;
  Bun.spawnSync(['install', '-D', `${prefix}/bin/limpid`, `${alone}/limpid`]);
  const { exitCode, stderr } = Bun.spawnSync([`${alone}/limpid`]);
  rmSync(`${prefix}/elsewhere`, { recursive: true });
  expect(exitCode).toBe(125);
  expect(stderr.toString()).toBe(
    `limpid: cannot execute "${prefix}/elsewhere/libexec/limpid/limpid": No such file or directory (hint: install it again)\n`,
  );
});

test('uninstalling leaves no file', () => {
  installer('uninstall');
  expect(files()).toEqual([]);
  installer('install');
});

test('set-up leaves the packages of another checkout alone that node_modules leads to', () => {
  const checkout = `${prefix}/checkout`;
  mkdirSync(`${checkout}/tools`, { recursive: true });
  mkdirSync(`${checkout}/theirs/bun`, { recursive: true });
  symlinkSync('theirs', `${checkout}/node_modules`);
  writeFileSync(`${checkout}/package-lock.json`, '{}');
  writeFileSync(`${checkout}/npm`, '#!/bin/sh\nrm -rf node_modules/*\n');
  chmodSync(`${checkout}/npm`, 0o755);
  Bun.spawnSync(['cp', `${ROOT}tools/setup.sh`, `${checkout}/tools/`]);
  const env = { PATH: `${checkout}:${process.env['PATH']}` };
  const { exitCode, stdout } = Bun.spawnSync([`${checkout}/tools/setup.sh`, 'build'], { env });
  const left = readdirSync(`${checkout}/theirs`);
  rmSync(checkout, { recursive: true });
  expect({ exitCode, out: stdout.toString(), left }).toEqual({ exitCode: 0, out: '', left: ['bun'] });
});
