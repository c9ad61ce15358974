/** A filter that looks at one calling convention only: the same denied calls by i386's gate and by x32's numbers. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { chmodSync, copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
let probe: string;
beforeAll(async () => {
  probe = await attack.compile(fileURLToPath(new URL('../kernel/seccomp-probe.c', import.meta.url)));
});
afterAll(async () => {
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const X32 = 0x40000000;
const CLONE_NEWUSER = 0x10000000;
const SESSION_KEYRING = 0xffff_fffdn;
/** Calls that the kernel grants to anybody, and the default profile to nobody: x86-64's number, i386's, arguments. */
const CALLS = {
  keyctl: { native: 250, i386: 288, args: [0, SESSION_KEYRING, 0] },
  unshare: { native: 272, i386: 310, args: [CLONE_NEWUSER] },
  userfaultfd: { native: 323, i386: 374, args: [1] },
};

async function probed(options: readonly string[], ...calls: readonly string[]): Promise<string[]> {
  const { out } = await attack.limpid([
    'run',
    '--rm',
    ...options,
    '-v',
    `${probe}:/probe:ro`,
    'builtin:busybox',
    '/probe',
    ...calls,
  ]);
  return out.trimEnd().split('\n');
}

test.skipIf(process.arch !== 'x64')('denied by every way in', async () => {
  for (const [name, { native, i386, args }] of Object.entries(CALLS)) {
    const words = [
      `native:${[native, ...args].join(':')}`,
      `i386:${[i386, ...args].join(':')}`,
      `native:${[X32 + native, ...args].join(':')}`,
    ];
    // EPERM or ENOSYS, as the profile has it; never the kernel's own answer.
    for (const line of await probed([], ...words)) expect([name, 'errno 1', 'errno 38']).toContain(line);
  }
});

test.skipIf(process.arch !== 'x64')('where there is no filter, the kernel would grant them', async () => {
  const { native, args } = CALLS.keyctl;
  expect(await probed(['--security-opt', 'seccomp=unconfined'], `native:${[native, ...args].join(':')}`)).toEqual([
    'ok',
  ]);
});

test.skipIf(process.arch !== 'x64')('limpid-runtime: a filter for all ABIs, and for the native one alone', async () => {
  const probe = await attack.compile(fileURLToPath(new URL('../kernel/seccomp-probe.c', import.meta.url)));
  const probe32 = async (architectures: string[], id: string) => {
    const { native, i386, args } = CALLS.keyctl;
    const words = [
      `native:${[native, ...args].join(':')}`,
      `i386:${[i386, ...args].join(':')}`,
      `native:${[X32 + native, ...args].join(':')}`,
      'native:102',
    ];
    const { code, out } = await runtime.once(id, ['/probe', ...words], (spec) => {
      copyFileSync(probe, `${runtime.directory}/${id}/rootfs/probe`);
      chmodSync(`${runtime.directory}/${id}/rootfs/probe`, 0o755);
      spec.linux!.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures,
        syscalls: [{ names: ['keyctl'], action: 'SCMP_ACT_ERRNO', errnoRet: 77 }],
      };
    });
    return { code, lines: out.trimEnd().split('\n') };
  };
  const all = await probe32(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'], 'all');
  expect(all).toEqual({ code: 0, lines: ['errno 77', 'errno 77', 'errno 77', 'ok'] });
  // Who comes by a way that the filter was not made for is killed (SIGSYS), and the runtime says so as 128 + 31.
  const native = await probe32(['SCMP_ARCH_X86_64'], 'native');
  expect(native).toEqual({ code: 159, lines: ['errno 77'] });
});
