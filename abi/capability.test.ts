import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  ALL_CAPABILITIES,
  CAPABILITIES,
  DEFAULT_CAPABILITIES,
  capabilityMask,
  capabilityNames,
  capabilityNumber,
  parseCapability,
  parseCapabilityMask,
  unknownCapabilityBits,
} from './capability.ts';

describe('the table', () => {
  test('numbers are the kernel’s', () => {
    expect(capabilityNumber('CAP_CHOWN')).toBe(0);
    expect(capabilityNumber('CAP_NET_RAW')).toBe(13);
    expect(capabilityNumber('CAP_SYS_ADMIN')).toBe(21);
    expect(capabilityNumber('CAP_SETFCAP')).toBe(31);
    expect(capabilityNumber('CAP_SYSLOG')).toBe(34);
    expect(capabilityNumber('CAP_CHECKPOINT_RESTORE')).toBe(40);
    expect(CAPABILITIES.length).toBe(41);
    expect(ALL_CAPABILITIES).toBe(0x1ffffffffffn);
  });

  test('the default set is the mask podman gives', () => {
    expect(capabilityMask(DEFAULT_CAPABILITIES)).toBe(0x800405fbn);
  });
});

describe('parseCapability', () => {
  test('any case, prefix or not', () => {
    expect(parseCapability('net_admin')).toBe('CAP_NET_ADMIN');
    expect(parseCapability('Cap_Net_Admin')).toBe('CAP_NET_ADMIN');
    expect(parseCapability('CAP_NET_ADMIN')).toBe('CAP_NET_ADMIN');
  });

  test.each(['NET_ADMINS', '', 'CAP_', 'CAP_CAP_KILL', 'ALL', '12', ' KILL'])('refuses %j', (text) => {
    expect(() => parseCapability(text)).toThrow(
      `cannot parse capability "${text}": Linux has no capability of that name ` +
        '(hint: names are as in capabilities(7), such as NET_ADMIN or CAP_NET_ADMIN)',
    );
  });
});

describe('masks', () => {
  test('ALL and lists', () => {
    expect(parseCapabilityMask(['all'])).toBe(ALL_CAPABILITIES);
    expect(parseCapabilityMask(['chown', 'CAP_KILL'])).toBe(0x21n);
    expect(parseCapabilityMask([])).toBe(0n);
  });

  test('names of a mask make that mask', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (mask) => {
        expect(capabilityMask(capabilityNames(mask)) | unknownCapabilityBits(mask)).toBe(mask);
      }),
    );
  });
});
