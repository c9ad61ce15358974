import { expect, test } from 'bun:test';
import type { ConditionalRule, RuleFilter, SeccompProfileFile } from './profile-file.ts';
import { resolveProfile, type SeccompSubject } from './resolve-profile.ts';

const subject: SeccompSubject = {
  capabilities: ['CAP_CHOWN', 'CAP_SYS_ADMIN'],
  arch: 'x86_64',
  kernelRelease: '6.18.4-x',
};
const rule = (includes?: RuleFilter, excludes?: RuleFilter): ConditionalRule => ({
  names: ['read'],
  action: 'SCMP_ACT_ALLOW',
  ...(includes && { includes }),
  ...(excludes && { excludes }),
});

function kept(one: ConditionalRule, other: Partial<SeccompSubject> = {}): boolean {
  const file: SeccompProfileFile = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [one] };
  return resolveProfile(file, { ...subject, ...other }).syscalls?.length === 1;
}

test('capabilities: all of includes, none of excludes', () => {
  expect(kept(rule({ caps: ['CAP_SYS_ADMIN'] }))).toBe(true);
  expect(kept(rule({ caps: ['CAP_SYS_ADMIN', 'CAP_BPF'] }))).toBe(false);
  expect(kept(rule({ caps: [] }))).toBe(true);
  expect(kept(rule(undefined, { caps: ['CAP_BPF', 'CAP_CHOWN'] }))).toBe(false);
  expect(kept(rule(undefined, { caps: ['CAP_BPF'] }))).toBe(true);
  expect(kept(rule({ caps: ['CAP_BPF'] }), { capabilities: 1n << 39n })).toBe(true);
  expect(kept(rule({ caps: ['CAP_FROM_THE_FUTURE'] }), { capabilities: 2n ** 64n - 1n })).toBe(false);
});

test('architectures are Go’s names of the host', () => {
  expect(kept(rule({ arches: ['arm64', 'amd64'] }))).toBe(true);
  expect(kept(rule({ arches: ['x32', 'arm64'] }))).toBe(false);
  expect(kept(rule({ arches: ['arm64'] }), { arch: 'aarch64' })).toBe(true);
  expect(kept(rule(undefined, { arches: ['amd64'] }))).toBe(false);
});

test('kernels are compared as numbers', () => {
  expect(kept(rule({ minKernel: '4.8' }), { kernelRelease: '4.19.0' })).toBe(true);
  expect(kept(rule({ minKernel: '4.8' }), { kernelRelease: '4.7.10' })).toBe(false);
  expect(kept(rule({ minKernel: '4.8' }), { kernelRelease: '4.8' })).toBe(true);
  expect(kept(rule({ minKernel: '6.20' }))).toBe(false);
  expect(kept(rule({ minKernel: '5.8' }), { kernelRelease: '4.19.0' })).toBe(false);
  expect(kept(rule(undefined, { minKernel: '5.10' }))).toBe(false);
});

test('archMap becomes the architectures of this host', () => {
  const file: SeccompProfileFile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
  };
  expect(resolveProfile(file, subject)).toEqual({
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  });
  expect(resolveProfile(file, { ...subject, arch: 'aarch64' }).architectures).toEqual([
    'SCMP_ARCH_AARCH64',
    'SCMP_ARCH_ARM',
  ]);
});

test('a plain profile stays as it is, without conditions', () => {
  const plain = {
    defaultAction: 'SCMP_ACT_ERRNO' as const,
    defaultErrnoRet: 38,
    architectures: ['SCMP_ARCH_X86'],
    flags: ['SECCOMP_FILTER_FLAG_LOG'],
    syscalls: [{ names: ['read'], action: 'SCMP_ACT_ERRNO' as const, errnoRet: 5 }],
  };
  expect(resolveProfile(plain, subject)).toEqual(plain);
  expect(resolveProfile({ ...plain, syscalls: [rule({ caps: [] })] }, subject).syscalls).toEqual([
    { names: ['read'], action: 'SCMP_ACT_ALLOW' },
  ]);
});
