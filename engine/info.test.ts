import { expect, test } from 'bun:test';
import { fileSystemOf, parseMeminfo, parseOsRelease, uptimeText } from './info.ts';

test('os-release, with and without quotes', () => {
  const text =
    'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\nID=debian\nVERSION_CODENAME=\'bookworm\'\nID_LIKE=x\n';
  expect(parseOsRelease(text)).toEqual({ distribution: 'debian', version: '12', codename: 'bookworm' });
  expect(parseOsRelease('')).toEqual({ distribution: '', version: '', codename: '' });
});

test('meminfo in bytes', () => {
  const text =
    'MemTotal:       1024 kB\nMemFree:          10 kB\nSwapTotal:         2 kB\nSwapFree:          1 kB\nHugePages_Total:       7\n';
  expect(parseMeminfo(text)).toEqual({ memTotal: 1_048_576, memFree: 10_240, swapTotal: 2048, swapFree: 1024 });
});

test('uptime as podman words it', () => {
  expect(uptimeText(2545)).toBe('0h 42m 25.00s');
  expect(uptimeText(93_784.5)).toBe('26h 3m 4.50s (Approximately 1.08 days)');
});

test('the file system that a path is on', () => {
  const mountinfo =
    '1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:5 / /var rw - xfs /dev/b rw\n3 1 0:6 / /va rw - tmpfs t rw\n4 2 0:7 / /var rw - btrfs /dev/c rw\n';
  expect(fileSystemOf('/var/lib', mountinfo)).toBe('btrfs');
  expect(fileSystemOf('/vari', mountinfo)).toBe('ext4');
});
