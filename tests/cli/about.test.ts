import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { privateWorld, ROOT } from './limpid.ts';
import { isV2 } from './cgroup.ts';

const { says, limpid, directory } = privateWorld();
const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

test('version', async () => {
  expect(await says('--version')).toBe(`limpid version ${version}`);
  expect(await says('version', '--format', '{{.Client.Version}}')).toBe(version);
  expect((await says('version')).split('\n')[1]).toBe(`Version:      ${version}`);
  // podman and Docker are asked for their server by scripts: who has none is its own.
  expect(await says('version', '--format', '{{.Server.Version}}')).toBe(version);
});

test('info agrees with the machine', async () => {
  const { host, store, version: built } = JSON.parse(await says('info', '--format', 'json'));
  expect(host.kernel).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
  expect(host.cpus).toBe(navigator.hardwareConcurrency);
  expect(host.cgroupVersion).toBe(isV2 ? 'v2' : 'v1');
  expect(store.graphRoot).toBe(`${directory}/root`);
  expect(await says('info', '--format', '{{.Host.Hostname}}')).toBe(
    readFileSync('/proc/sys/kernel/hostname', 'utf8').trim(),
  );
  expect([built.Version, store.imageStore.number]).toEqual([version, 0]);
});

test("templates of info have the names of podman's structs, and JSON those of its documents", async () => {
  const names = '{{.Host.OCIRuntime.Name}} {{.Host.CgroupsVersion}} {{.Host.CPUs}} {{.Store.ImageStore.Number}}';
  const { host } = JSON.parse(await says('info', '--format', 'json'));
  expect(await says('info', '--format', names)).toBe(`limpid ${host.cgroupVersion} ${host.cpus} 0`);
  expect(JSON.parse(await says('info', '--format', '{{json .Host.Security}}'))).toEqual(host.security);
});

describe('help', () => {
  test('of the whole, of a command, by both ways', async () => {
    const whole = await says('--help');
    expect(whole.split('\n')[0]).toBe('Limpid: containers that you can see through, without a daemon');
    expect(await says('help')).toBe(whole);
    expect(await says('help', 'run')).toBe(await says('run', '--help'));
    expect(await says('run', '-h', 'box', '--help')).toContain(
      'Usage:\n  limpid run [options] IMAGE [COMMAND [ARG...]]',
    );
  });
  test('every command that it lists has help, in lines that fit', async () => {
    const commands = [...(await says('--help')).matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S/gm)].map(
      ([, name]) => name!,
    );
    expect(commands.length).toBeGreaterThanOrEqual(24);
    for (const name of commands) {
      const lines = (await says(...name.split(' '), '--help')).split('\n');
      expect(lines.filter((line) => line.length > 110)).toEqual([]);
      expect(lines.some((line) => line.startsWith(`  limpid ${name}`))).toBe(true);
    }
  });
  test('without a command it is shown, and that is an error', async () => {
    const { code, out } = await limpid();
    expect([code, out.startsWith('Limpid: ')]).toEqual([125, true]);
  });
});
