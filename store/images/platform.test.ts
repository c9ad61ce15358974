import { expect, test } from 'bun:test';
import type { Descriptor, Platform } from '../../spec/image.ts';
import { choosePlatform, parsePlatform, platformText, runsOn } from './platform.ts';

const of = (...platforms: string[]): Descriptor[] =>
  platforms.map((text) => ({ mediaType: '', digest: text, size: 1, platform: parsePlatform(text) }));
const chosen = (wanted: string, ...platforms: string[]) =>
  choosePlatform(of(...platforms), parsePlatform(wanted))?.digest;

test.each([
  ['linux/amd64', ['linux/arm64', 'linux/amd64'], 'linux/amd64'],
  ['linux/x86_64', ['linux/386', 'linux/amd64'], 'linux/amd64'],
  ['linux/arm64', ['linux/arm/v7', 'linux/arm64/v8'], 'linux/arm64/v8'],
  ['linux/arm64/v8', ['linux/arm64'], 'linux/arm64'],
  ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6'], 'linux/arm/v6'],
  ['linux/arm/v6', ['linux/arm/v7', 'linux/arm/v8'], undefined],
  ['linux/amd64', ['linux/amd64/v3'], undefined],
  ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2'], 'linux/amd64/v2'],
  ['linux/amd64', ['windows/amd64', 'unknown/unknown'], undefined],
  ['linux/riscv64', ['linux/riscv64'], 'linux/riscv64'],
])('for %s of %p: %p', (wanted, there, expected) => {
  expect(chosen(wanted, ...there)).toBe(expected);
});

test('the first of several for the same platform', () => {
  const platform: Platform = { os: 'linux', architecture: 'amd64' };
  const two = ['a', 'b'].map((digest): Descriptor => ({ mediaType: '', digest, size: 1, platform }));
  expect(choosePlatform(two, platform)?.digest).toBe('a');
  expect(choosePlatform([{ mediaType: '', digest: 'none', size: 1 }], platform)).toBeUndefined();
});

test('what runs where', () => {
  expect(runsOn(parsePlatform('linux/arm/v6'), parsePlatform('linux/arm/v7'))).toBe(true);
  expect(runsOn(parsePlatform('linux/arm/v7'), parsePlatform('linux/arm/v6'))).toBe(false);
  expect(runsOn(parsePlatform('linux/arm64'), parsePlatform('linux/amd64'))).toBe(false);
});

test.each(['linux', 'linux/', '/amd64', 'linux/arm/', 'linux/arm/v7/x', ''])('%p is no platform', (text) => {
  expect(() => parsePlatform(text)).toThrow(
    `cannot use platform "${text}": OS/ARCH[/VARIANT] is wanted, such as linux/arm64`,
  );
});

test('as text', () => {
  expect(platformText(parsePlatform('Linux/armhf'))).toBe('linux/arm/v7');
  expect(platformText({ os: 'linux', architecture: 'amd64', variant: '' })).toBe('linux/amd64');
});
