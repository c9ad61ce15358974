import { expect, test } from 'bun:test';
import { LimpidError } from '../base/error.ts';
import { containerConfig, parseImage } from './container-config.ts';
import { DEFAULT_CONFIG } from './default-config.ts';

test('what is not said is as by default', () => {
  const config = containerConfig({ image: 'builtin:busybox', command: ['true'], name: 'lab' });
  const { id, created, ...rest } = config;
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(Math.abs(Date.parse(created) - Date.now())).toBeLessThan(60_000);
  expect(rest).toEqual({
    ...DEFAULT_CONFIG,
    name: 'lab',
    image: 'builtin:busybox',
    rootfs: { kind: 'builtin', name: 'busybox' },
    command: ['true'],
  } as never);
});

test('groups of settings can be changed one by one', () => {
  const config = containerConfig({
    image: 'host:',
    namespaces: { network: { kind: 'host' } },
    security: { noNewPrivileges: true },
    log: { driver: 'json-file' },
  });
  expect(config.namespaces).toEqual({ ...DEFAULT_CONFIG.namespaces, network: { kind: 'host' } });
  expect(config.security).toEqual({ ...DEFAULT_CONFIG.security, noNewPrivileges: true });
  expect(config.log).toEqual({ ...DEFAULT_CONFIG.log, driver: 'json-file' });
  expect(config.name).toMatch(/^[a-z]+_[a-z]+$/);
});

test('images', () => {
  expect(parseImage('/srv/root')).toEqual({ kind: 'directory', path: '/srv/root' });
  expect(parseImage('host:')).toEqual({ kind: 'host' });
  expect(parseImage('debian:12')).toEqual({ kind: 'image', id: '', digest: '' });
  for (const image of ['', 'builtin:', 'builtin:../x', './x']) {
    expect(codeOf(() => parseImage(image))).toBe('ENOIMAGE');
  }
});

test('names', () => {
  for (const name of ['', '-a', 'a/b', '.', 'a b'])
    expect(codeOf(() => containerConfig({ image: 'host:', name }))).toBe('EOPTION');
});

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof LimpidError ? error.code : String(error);
  }
  return undefined;
}
