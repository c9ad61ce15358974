import { expect, test } from 'bun:test';
import { interpretBpf } from '../abi/bpf/interpret.ts';
import { decodeBpf } from '../abi/bpf/wire.ts';
import { describePlan } from './describe.ts';
import { planUnpack } from './unpack.ts';

const directory = '/store/staging/layer/diff';

test('the jail, operation by operation', () => {
  const plan = planUnpack({ directory, facts: { arch: 'x86_64' } });
  const lines = describePlan(plan.map((op) => ({ ...op, because: '' })))
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/ {2,}/g, ' ').trim());
  expect(lines).toEqual([
    'host clone CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC',
    'child mount_setattr / MS_PRIVATE with all below',
    `child bind ${directory} on ${directory} +MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC MS_PRIVATE`,
    `child open root = ${directory} O_DIRECTORY|O_CLOEXEC|O_PATH`,
    'child pivot_root root',
    'init bounding CHOWN,DAC_OVERRIDE,FOWNER,FSETID,SYS_ADMIN,MKNOD,SETFCAP',
    'init capset effective+permitted CHOWN,DAC_OVERRIDE,FOWNER,FSETID,SYS_ADMIN,MKNOD,SETFCAP inheritable none',
    'init prctl PR_SET_NO_NEW_PRIVS 1',
    expect.stringMatching(/^init seccomp program of \d+ instructions/),
    'init unpack stdin to root:/ answers to stdout trusted.overlay.opaque',
  ]);
});

/** audit.h's numbers, and those of system calls: read, openat, fchownat, syncfs; socket, clone, execve, mount, ptrace. */
test.each([
  ['x86_64', 0xc000003e, [0, 257, 260, 306], [41, 56, 59, 165, 101]],
  ['aarch64', 0xc00000b7, [63, 56, 54, 267], [198, 220, 221, 40, 117]],
] as const)('on %s the filter lets nothing start, connect or mount', (arch, auditArch, allowed, refused) => {
  const plan = planUnpack({ directory, facts: { arch } });
  const op = plan.find((one) => one.op === 'seccomp');
  const program = decodeBpf(op!.op === 'seccomp' ? op!.program : new Uint8Array());
  const answer = (nr: number) =>
    interpretBpf(program, { nr, arch: auditArch, instructionPointer: 0n, args: [0n, 0n, 0n, 0n, 0n, 0n] });
  expect(allowed.map(answer)).toEqual(allowed.map(() => 0x7fff0000));
  // SECCOMP_RET_ERRNO with EPERM.
  expect(refused.map(answer)).toEqual(refused.map(() => 0x00050001));
});
