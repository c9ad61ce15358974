import { expect, test } from 'bun:test';
import { packagesOfKernel } from './kernel.ts';

/** Answers as apt-cache depends does on a machine that offers these packages alone. */
function offering(packages: Readonly<Record<string, readonly string[]>>) {
  return async (name: string) => {
    const depends = packages[name];
    return depends === undefined ? '' : `${name}\n${depends.map((line) => `  ${line}\n`).join('')}`;
  };
}

test('Debian has image and modules in one package', async () => {
  const depends = offering({
    'linux-image-amd64': ['Depends: linux-image-6.1.0-1-amd64'],
    'linux-image-6.1.0-1-amd64': ['Depends: kmod', 'Depends: linux-base', 'Recommends: firmware-linux-free'],
  });
  expect(await packagesOfKernel(depends)).toEqual(['linux-image-6.1.0-1-amd64']);
});

test('Ubuntu has the modules in packages of their own', async () => {
  const depends = offering({
    'linux-image-generic': [
      'Depends: linux-image-6.8.0-9-generic',
      'Depends: linux-modules-extra-6.8.0-9-generic',
    ].concat(['Depends: linux-firmware', 'Depends: intel-microcode']),
    'linux-image-6.8.0-9-generic': ['Depends: kmod', 'Depends: linux-modules-6.8.0-9-generic', 'Suggests: fdutils'],
    'linux-modules-extra-6.8.0-9-generic': ['Depends: wireless-regdb', 'Depends: linux-modules-6.8.0-9-generic'],
  });
  expect((await packagesOfKernel(depends)).toSorted()).toEqual([
    'linux-image-6.8.0-9-generic',
    'linux-modules-6.8.0-9-generic',
    'linux-modules-extra-6.8.0-9-generic',
  ]);
});

test('a machine without either has none', async () => {
  expect(await packagesOfKernel(offering({}))).toEqual([]);
});
