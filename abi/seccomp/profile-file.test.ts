import { describe, expect, test } from 'bun:test';
import { parseProfileFile, parseProfileText } from './profile-file.ts';

const parse = (value: unknown): unknown => parseProfileFile(value, 'my.json');
const rule = (fields: object): unknown => ({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [fields] });
const read = { names: ['read'], action: 'SCMP_ACT_ALLOW' };

describe('parseProfileText', () => {
  test('the plain OCI form', () => {
    const text = `{
      "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
      "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
      "flags": ["SECCOMP_FILTER_FLAG_LOG"],
      "syscalls": [{
        "names": ["read", "write"], "action": "SCMP_ACT_ALLOW",
        "args": [{ "index": 1, "value": 18446744073709551615, "valueTwo": 9007199254740993, "op": "SCMP_CMP_MASKED_EQ" }]
      }]
    }`;
    expect(parseProfileText(text, 'my.json')).toEqual({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      syscalls: [
        {
          names: ['read', 'write'],
          action: 'SCMP_ACT_ALLOW',
          args: [{ index: 1, value: 2n ** 64n - 1n, valueTwo: 9007199254740993n, op: 'SCMP_CMP_MASKED_EQ' }],
        },
      ],
    });
  });

  test('Docker’s form, with what podman adds, and nulls', () => {
    const text = `{
      "defaultAction": "SCMP_ACT_ERRNO", "defaultErrno": "ENOSYS", "comment": "x",
      "archMap": [{ "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X32"] }],
      "syscalls": [{
        "name": "ptrace", "names": null, "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "errno": "EACCES", "args": null,
        "comment": "", "includes": { "minKernel": "4.8", "caps": ["CAP_SYS_PTRACE"] }, "excludes": { "arches": ["s390x"] }
      }]
    }`;
    expect(parseProfileText(text, 'my.json')).toEqual({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X32'] }],
      syscalls: [
        {
          names: ['ptrace'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 13,
          includes: { minKernel: '4.8', caps: ['CAP_SYS_PTRACE'] },
          excludes: { arches: ['s390x'] },
        },
      ],
    });
  });

  test('what is not JSON', () => {
    expect(() => parseProfileText('{"a":', 'my.json')).toThrow('cannot read seccomp profile "my.json": it is not JSON');
  });
});

describe('parseProfileFile refuses, and names the place:', () => {
  test.each([
    [[], 'it is an array, wanted an object'],
    [{}, 'it has no "defaultAction"'],
    [{ defaultAction: 'ALLOW' }, '"defaultAction" is "ALLOW", wanted one of SCMP_ACT_KILL, '],
    [{ defaultAction: 1 }, '"defaultAction" is 1, wanted a string'],
    [{ defaultAction: 'SCMP_ACT_NOTIFY' }, 'it notifies by default, which would stop its own start'],
    [{ defaultAction: 'SCMP_ACT_ALLOW', sycalls: [] }, 'it has the unknown field "sycalls"'],
    [
      { defaultAction: 'SCMP_ACT_ALLOW', defaultErrnoRet: 2 },
      '"defaultErrnoRet" is 2, but SCMP_ACT_ALLOW returns no errno',
    ],
    [
      { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 4096 },
      '"defaultErrnoRet" is 4096, wanted a whole number from 0 to 4095',
    ],
    [
      { defaultAction: 'SCMP_ACT_ERRNO', defaultErrno: 'EWHAT' },
      '"defaultErrno" is "EWHAT", wanted a name such as EPERM',
    ],
    [
      { defaultAction: 'SCMP_ACT_ERRNO', architectures: ['amd64'] },
      '"architectures[0]" is "amd64", wanted SCMP_ARCH_…',
    ],
    [{ defaultAction: 'SCMP_ACT_ERRNO', archMap: [{}] }, '"archMap[0]" has no "architecture"'],
    [
      {
        defaultAction: 'SCMP_ACT_ERRNO',
        architectures: ['SCMP_ARCH_X86'],
        archMap: [{ architecture: 'SCMP_ARCH_X86' }],
      },
      'it has both "architectures" and "archMap"',
    ],
    [{ defaultAction: 'SCMP_ACT_ERRNO', syscalls: {} }, '"syscalls" is an object, wanted an array'],
    [rule({ action: 'SCMP_ACT_ALLOW' }), '"syscalls[0]" names no system call'],
    [rule({ names: ['read'] }), '"syscalls[0]" has no "action"'],
    [rule({ names: ['read', 3], action: 'SCMP_ACT_ALLOW' }), '"syscalls[0].names[1]" is 3, wanted a string'],
    [rule({ ...read, name: 'write' }), '"syscalls[0]" has both "name" and "names"'],
    [
      rule({ ...read, args: [{ index: 6, value: 0, op: 'SCMP_CMP_EQ' }] }),
      '"syscalls[0].args[0].index" is 6, wanted a whole number from 0 to 5',
    ],
    [
      rule({ ...read, args: [{ index: 0, value: -1, op: 'SCMP_CMP_EQ' }] }),
      '"syscalls[0].args[0].value" is -1, wanted a whole number from 0 to 18446744073709551615',
    ],
    [
      rule({ ...read, args: [{ index: 0, value: 2 ** 60, op: 'SCMP_CMP_EQ' }] }),
      '"syscalls[0].args[0].value" is 1152921504606847000, wanted a whole number',
    ],
    [
      rule({ ...read, args: [{ index: 0, value: '1', op: 'SCMP_CMP_EQ' }] }),
      '"syscalls[0].args[0].value" is "1", wanted a whole number',
    ],
    [
      rule({ ...read, args: [{ index: 0, value: 0, op: 'EQ' }] }),
      '"syscalls[0].args[0].op" is "EQ", wanted one of SCMP_CMP_NE, ',
    ],
    [rule({ ...read, args: [{ index: 0 }] }), '"syscalls[0].args[0]" has no "op"'],
    [rule({ ...read, includes: { cap: [] } }), '"syscalls[0].includes" has the unknown field "cap"'],
    [rule({ ...read, excludes: { minKernel: '4' } }), '"syscalls[0].excludes.minKernel" is "4", wanted MAJOR.MINOR'],
  ])('%j', (value, why) => {
    expect(() => parse(value)).toThrow(`cannot read seccomp profile "my.json": ${why}`);
  });

  test('fields from the prototype', () => {
    expect(() => parse(JSON.parse('{"__proto__": {"defaultAction": "SCMP_ACT_ALLOW"}}'))).toThrow(
      'it has the unknown field "__proto__"',
    );
  });
});
