import { afterEach, beforeEach, expect, test } from 'bun:test';
import { interpretBpf } from '../../abi/bpf/interpret.ts';
import { decodeBpf, encodeBpf } from '../../abi/bpf/wire.ts';
import { describeAnswer } from '../../abi/seccomp/answer.ts';
import { compileSeccomp } from '../../abi/seccomp/compile.ts';
import { DEFAULT_SECCOMP_PROFILE } from '../../abi/seccomp/default-profile.ts';
import { defaultProgram } from '../../abi/seccomp/default-program.ts';
import { resolveProfile } from '../../abi/seccomp/resolve-profile.ts';
import { nativeAbi, SYSCALL_ABIS, syscallNumbers, type HostArch } from '../../abi/seccomp/syscall-abi.ts';
import { child, run, Scratch, started, supervised } from './native-harness.ts';

const ARCH: HostArch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const PR_SET_NO_NEW_PRIVS = 38;

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.drop());

interface Outcome {
  readonly lines: string[];
  readonly exit: string | undefined;
}

/** Runs a program under a filter, without any capability, so that no call that slips through does harm. */
async function filtered(program: Uint8Array, argv: readonly string[]): Promise<Outcome> {
  const plan = supervised(scratch, '').flatMap((op) =>
    op.op === 'exec'
      ? [
          child({ op: 'prctl', option: PR_SET_NO_NEW_PRIVS, arg2: 1, arg3: 0, arg4: 0, arg5: 0 }),
          child({ op: 'bounding', mask: 0 }),
          child({ op: 'capset', effective: 0, permitted: 0, inheritable: 0 }),
          child({ op: 'seccomp', flags: 0, program }),
          child({ op: 'exec', candidates: [argv[0]!], argv, env: ['PATH=/usr/bin:/bin'] }),
        ]
      : [op],
  );
  const { control, monitor } = run(plan);
  started(control);
  const { stdout, exit } = control.rest();
  control.close();
  await monitor.exited;
  return { lines: stdout.toString().trimEnd().split('\n'), exit };
}

async function probe(program: Uint8Array, calls: readonly string[]): Promise<Outcome> {
  const binary = scratch.file('probe');
  const source = new URL('seccomp-probe.c', import.meta.url).pathname;
  const compiler = Bun.spawnSync(['musl-gcc', '-static', '-O1', '-o', binary, source], { stderr: 'pipe' });
  expect(compiler.stderr.toString()).toBe('');
  return filtered(program, [binary, ...calls]);
}

const number = (name: string, abi = nativeAbi(ARCH)): number => syscallNumbers(abi).get(name)!;
const native = (name: string, ...args: (number | bigint)[]): string => ['native', number(name), ...args].join(':');

test('the kernel answers what the interpreter says, for every call that the default profile denies', async () => {
  // An errno of its own, since the kernel itself would say EPERM to a process without capabilities.
  const MINE = 999;
  const subject = { capabilities: 0n, arch: ARCH, kernelRelease: '6.1' };
  const profile = { ...resolveProfile(DEFAULT_SECCOMP_PROFILE, subject), defaultErrnoRet: MINE };
  const program = compileSeccomp(profile, { arch: ARCH });
  const { auditArch } = nativeAbi(ARCH);
  const args = [0n, 0n, 0n, 0n, 0n, 0n] as const;
  const answers = Array.from({ length: 620 }, (_, nr) => ({
    nr,
    answer: describeAnswer(interpretBpf(program, { nr, arch: auditArch, instructionPointer: 0n, args })),
  })).filter(({ answer }) => answer.startsWith('errno'));
  expect(answers.filter(({ answer }) => answer === `errno ${MINE}`).length).toBeGreaterThan(80);
  const { lines } = await probe(
    encodeBpf(program),
    answers.map(({ nr }) => `native:${nr}`),
  );
  expect(lines).toEqual(answers.map(({ answer }) => answer));
});

test('arguments are looked at', async () => {
  const AF_ALG = 38;
  const { lines, exit } = await probe(defaultProgram(ARCH, 0n)!, [
    native('socket', 1, 1, 0),
    native('socket', 16, 3, 0),
    native('socket', 16, 3, 9),
    native('socket', AF_ALG, 5, 0),
    native('socket', (1n << 32n) | BigInt(AF_ALG), 5, 0),
    native('personality', 0xffffffff),
    native('personality', 0x40000),
    native('unshare', 0x10000000),
    native('unshare', 0x400),
    native('clone', 0x10000011),
    native('ioctl', 0, 0x5412, 0),
    native('clone3', 0, 0),
    'native:-1',
    'native:9999',
  ]);
  expect(lines).toEqual([
    ...['ok', 'ok', 'errno 22', 'errno 1', 'errno 1'],
    ...['ok', 'errno 1', 'errno 1', 'ok', 'errno 1', 'errno 1'],
    ...['errno 38', 'errno 38', 'errno 38'],
  ]);
  expect(exit).toBe('0 0 0');
});

test.if(ARCH === 'x86_64')('a 64-bit program finds no way around it through int 0x80 (needs x86_64)', async () => {
  const i386 = (name: string, ...args: number[]): string =>
    ['i386', number(name, SYSCALL_ABIS.SCMP_ARCH_X86), ...args].join(':');
  const { lines } = await probe(defaultProgram(ARCH, 0n)!, [
    i386('getpid'),
    i386('socket', 1, 1, 0),
    i386('socket', 38, 5, 0),
    i386('socketcall', 1, 0),
    i386('unshare', 0x10000000),
    i386('add_key'),
  ]);
  expect(lines).toEqual(['ok', 'ok', 'errno 1', 'errno 1', 'errno 1', 'errno 1']);
});

test.if(ARCH === 'x86_64')('an x32 call kills the process (needs x86_64)', async () => {
  const getpid = number('getpid', SYSCALL_ABIS.SCMP_ARCH_X32);
  const { lines, exit } = await probe(defaultProgram(ARCH, 0n)!, [
    native('getpid'),
    `native:${getpid}`,
    native('getpid'),
  ]);
  expect(lines).toEqual(['ok']);
  expect(exit).toBe('159 31 0');
});

test('the longest program that the kernel takes', async () => {
  const long = decodeBpf(new Uint8Array(4096 * 8)).map((_, index) => ({
    ...(index === 4095 ? { code: 0x06, k: 0x7fff0000 } : { code: 0x05, k: 0 }),
    jt: 0,
    jf: 0,
  }));
  expect((await filtered(encodeBpf(long), ['/bin/echo', 'fine'])).lines).toEqual(['fine']);
});
