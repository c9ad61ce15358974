import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';

setDefaultTimeout(120_000);

const SCRIPT = fileURLToPath(new URL('setup.sh', import.meta.url));
const REAL = ['bash', 'cat', 'dirname', 'grep', 'ln', 'mkdir', 'mv', 'rm', 'sed', 'sh', 'sha256sum', 'touch'];
const BUILD = ['make', 'gcc', 'libc6-dev', 'musl-tools', 'busybox-static'];

// A machine in a directory: what is installed, what apt offers once it has its lists, and what it was asked for.
const FAKES: Readonly<Record<string, string>> = {
  'dpkg-query': 'cat "$MACHINE/installed"',
  dpkg: 'mkdir -p bin && touch bin/busybox',
  'apt-cache': `
    [ -e "$MACHINE/lists" ] || exit 0
    [ $# -eq 2 ] || { echo ' 500 cdrom://a b/main amd64 Packages'; exit; }
    if grep -qx "$2" "$MACHINE/offered"; then printf '%s:\\n  Installed: (none)\\n  Candidate: 1:2-3\\n' "$2"; fi
    if grep -qx "($2)" "$MACHINE/offered"; then printf '%s:\\n  Installed: (none)\\n  Candidate: (none)\\n' "$2"; fi`,
  'apt-get': `
    echo "$*" >>"$MACHINE/asked"
    if [ -e "$MACHINE/broken" ]; then echo 'E: no such host' >&2; exit 100; fi
    case $1 in
    update) touch "$MACHINE/lists" ;;
    download) touch busybox-static_1_amd64.deb ;;
    install)
      for name in "$@"; do case $name in install | -*) ;; *) echo "installed $name" >>"$MACHINE/installed" ;; esac; done ;;
    esac`,
  id: 'echo "$MACHINE_UID"',
  clang: 'echo "Some clang version 14.0.6"',
};

let machine = '';
beforeEach(() => {
  machine = mkdtempSync('/tmp/limpid-setup-');
  for (const name of ['bin', 'tools', 'elsewhere']) mkdirSync(`${machine}/${name}`);
  copyFileSync(SCRIPT, `${machine}/tools/setup.sh`);
  for (const name of REAL) symlinkSync(Bun.which(name)!, `${machine}/bin/${name}`);
  for (const [name, script] of Object.entries(FAKES)) program(name, script);
  symlinkSync('elsewhere', `${machine}/node_modules`);
  put('installed', []);
  put('offered', BUILD);
  put('package-lock.json', []);
});
afterEach(() => rmSync(machine, { recursive: true }));

function put(name: string, lines: readonly string[]): void {
  writeFileSync(`${machine}/${name}`, lines.map((line) => `${line}\n`).join(''));
}

function program(name: string, script: string): void {
  writeFileSync(`${machine}/bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(`${machine}/bin/${name}`, 0o755);
}

function setUp(mode: string, uid = 0) {
  rmSync(`${machine}/asked`, { force: true });
  const { stdout, stderr, exitCode } = Bun.spawnSync([`${machine}/bin/bash`, `${machine}/tools/setup.sh`, mode], {
    env: { PATH: `${machine}/bin`, MACHINE: machine, MACHINE_UID: `${uid}`, SETUP_UNITS: `${machine}/units` },
  });
  const asked = existsSync(`${machine}/asked`) ? readFileSync(`${machine}/asked`, 'utf8').trim().split('\n') : [];
  return { out: stdout.toString(), err: stderr.toString(), exitCode, asked };
}

const QUIET = { out: '', err: '', exitCode: 0, asked: [] };
const INSTALL = 'install -y --no-install-recommends --no-remove';

test('a new machine fetches its lists, and a second run asks for nothing', () => {
  expect(setUp('build')).toEqual({
    out: `set-up: installing Debian packages: ${BUILD.join(' ')}\n`,
    err: '',
    exitCode: 0,
    asked: ['update -q', `${INSTALL} ${BUILD.join(' ')}`],
  });
  expect(setUp('build')).toEqual(QUIET);
});

test('the demo needs what it shows the container with', () => {
  put('offered', [...BUILD, 'procps', 'util-linux']);
  put(
    'installed',
    [...BUILD, 'util-linux'].map((name) => `installed ${name}`),
  );
  expect(setUp('demo').out).toBe('set-up: installing Debian packages: procps\n');
});

test('removed is not installed', () => {
  put('installed', ['deinstall make', ...BUILD.slice(1).map((name) => `installed ${name}`)]);
  expect(setUp('build').out).toBe('set-up: installing Debian packages: make\n');
});

test('without root: one line, and nothing is asked for', () => {
  const words = 'set-up: installing Debian packages needs root; run: sudo apt-get install';
  expect(setUp('build', 1000)).toEqual({ out: '', err: `${words} ${BUILD.join(' ')}\n`, exitCode: 1, asked: [] });
});

test('the other busybox stays: ours is unpacked, once', () => {
  put('installed', ['installed busybox']);
  expect(setUp('build').out).toBe(
    `set-up: installing Debian packages: ${BUILD.slice(0, -1).join(' ')}\n` +
      'set-up: unpacking busybox-static into build/, as busybox is installed\n',
  );
  expect(existsSync(`${machine}/build/busybox-static/bin/busybox`)).toBe(true);
  expect(setUp('build')).toEqual(QUIET);
});

test('what a build needs and apt does not have ends it', () => {
  put('offered', [...BUILD.filter((name) => name !== 'musl-tools'), '(musl-tools)']);
  const { err, exitCode } = setUp('build');
  expect([err, exitCode]).toEqual([
    'set-up: apt does not have musl-tools (hint: Ubuntu has it in its part "universe")\n',
    1,
  ]);
});

test('what apt cannot do ends it, in its own words', () => {
  put('broken', []);
  const { err, exitCode } = setUp('build');
  expect([err, exitCode]).toEqual(['E: no such host\nset-up: apt-get update failed: see build/set-up.log\n', 1]);
});

/** The packages that the tests' set-up installs, where apt offers these besides. Those of root's programs vary here. */
function testPackages(...offered: string[]): string[] {
  put('offered', [...BUILD, 'acl', ...offered]);
  const { out } = setUp('test');
  return [...out.matchAll(/installing Debian packages: (.*)/g)].flatMap(([, names]) => names!.split(' '));
}

test('what apt does not have is told and written down, and the rest installed', () => {
  expect(testPackages('libclang-rt-14-dev')).toEqual([
    ...BUILD.slice(0, -1),
    'acl',
    'busybox-static',
    'libclang-rt-14-dev',
  ]);
  const lacking = readFileSync(`${machine}/build/lacking`, 'utf8').split(/\s+/);
  expect(['criu', 'docker', 'acl', 'libclang-common-14-dev'].map((name) => lacking.includes(name))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const again = setUp('test');
  expect([again.out, again.asked]).toEqual([
    `set-up: apt does not have, so nothing is tested with: ${lacking.join(' ').trim()}\n`,
    [],
  ]);
});

test('a package is called as this distribution calls it', () => {
  expect(testPackages('docker-cli', 'docker.io', 'libclang-common-14-dev')).toContain('docker-cli');
  expect(readFileSync(`${machine}/installed`, 'utf8')).toContain('libclang-common-14-dev');
  put('installed', []);
  expect(testPackages('docker.io', 'libclang-common-14-dev')).not.toContain('docker-cli');
});

test('a firewall that comes is no service, one that was there stays what it is', () => {
  put('installed', ['installed firewalld']);
  expect(testPackages('firewalld', 'ufw', 'libclang-rt-14-dev')).toContain('ufw');
  expect(readdirSync(`${machine}/units`)).toEqual(['ufw.service']);
  expect(readlinkSync(`${machine}/units/ufw.service`)).toBe('/dev/null');
});

test('a program that others brought needs no package', () => {
  program('docker', '');
  expect(testPackages('docker-cli')).not.toContain('docker-cli');
});

const OLD = 'will not do: install Node 20.19, 22.12 or a later one, with npm';
test.each([
  ['no Node', undefined, 'Node is missing: install Node 20.19 or later, with npm'],
  ['an old Node', 'v18.20.4', `Node 18.20.4 ${OLD}`],
  ['one before 20.19', 'v20.18.9', `Node 20.18.9 ${OLD}`],
  ['one between', 'v21.30.0', `Node 21.30.0 ${OLD}`],
  ['one before 22.12', 'v22.11.0', `Node 22.11.0 ${OLD}`],
  ['20.19 without npm', 'v20.19.0', 'npm is missing: install it beside Node'],
  ['22.12 without npm', 'v22.12.0', 'npm is missing: install it beside Node'],
  ['a later one without npm', 'v24.0.0', 'npm is missing: install it beside Node'],
])('%s: one line, and nothing is installed', (_, version, words) => {
  rmSync(`${machine}/node_modules`);
  if (version !== undefined) program('node', `echo ${version}`);
  expect(setUp('build')).toEqual({ out: '', err: `set-up: ${words}\n`, exitCode: 1, asked: [] });
});

test('npm packages are installed once for each lock file', () => {
  rmSync(`${machine}/node_modules`);
  put(
    'installed',
    BUILD.map((name) => `installed ${name}`),
  );
  program('node', '[ "$1" != --version ] || echo v20.19.0');
  program(
    'npm',
    'mkdir -p node_modules/bun node_modules/.bin && touch node_modules/.bin/bun && chmod +x node_modules/.bin/bun',
  );
  symlinkSync(Bun.which('chmod')!, `${machine}/bin/chmod`);
  const installed = { ...QUIET, out: 'set-up: installing npm packages (npm ci)\n' };
  expect(setUp('build')).toEqual(installed);
  expect(setUp('build')).toEqual(QUIET);
  put('package-lock.json', ['{}']);
  expect(setUp('build')).toEqual(installed);
});

test('a distribution without apt: one line', () => {
  rmSync(`${machine}/bin/apt-get`);
  const { err, exitCode } = setUp('build');
  expect([err, exitCode]).toEqual(['set-up: this needs Debian or Ubuntu, for their packages\n', 1]);
});
