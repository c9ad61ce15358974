import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { checkBpf } from '../bpf/check.ts';
import { interpretBpf, type SeccompData } from '../bpf/interpret.ts';
import { decodeBpf, encodeBpf } from '../bpf/wire.ts';
import { compileSeccomp } from './compile.ts';
import type { SeccompAction, SeccompArg, SeccompProfile, SeccompRule } from './profile.ts';
import { SYSCALL_ABIS, syscallNumbers, type SyscallAbiName } from './syscall-abi.ts';

const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const AARCH64 = 0xc00000b7;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const NONE = [0n, 0n, 0n, 0n, 0n, 0n] as const;

const call = (arch: number, nr: number, ...args: bigint[]): SeccompData => ({
  arch,
  nr,
  instructionPointer: 0n,
  args: [...args, ...NONE].slice(0, 6) as unknown as SeccompData['args'],
});
const deny = (...syscalls: SeccompRule[]): SeccompProfile => ({ defaultAction: 'SCMP_ACT_ERRNO', syscalls });
const allow = (names: string[], ...args: SeccompArg[]): SeccompRule => ({ names, action: 'SCMP_ACT_ALLOW', args });

function ask(profile: SeccompProfile, data: SeccompData, arch: 'x86_64' | 'aarch64' = 'x86_64'): number {
  const program = compileSeccomp(profile, { arch });
  expect(checkBpf(program)).toBeUndefined();
  return interpretBpf(decodeBpf(encodeBpf(program)), data);
}

describe('actions', () => {
  test.each([
    ['SCMP_ACT_KILL', undefined, 0],
    ['SCMP_ACT_KILL_THREAD', undefined, 0],
    ['SCMP_ACT_KILL_PROCESS', undefined, 0x80000000],
    ['SCMP_ACT_TRAP', 7, 0x00030000],
    ['SCMP_ACT_ERRNO', undefined, 0x00050001],
    ['SCMP_ACT_ERRNO', 38, 0x00050026],
    ['SCMP_ACT_ERRNO', 0, 0x00050000],
    ['SCMP_ACT_TRACE', 12, 0x7ff0000c],
    ['SCMP_ACT_TRACE', undefined, 0x7ff00001],
    ['SCMP_ACT_NOTIFY', undefined, 0x7fc00000],
    ['SCMP_ACT_LOG', undefined, 0x7ffc0000],
    ['SCMP_ACT_ALLOW', 5, 0x7fff0000],
  ] as const)('%s %p answers %p', (action, errnoRet, answer) => {
    const rule = { names: ['getpid'], action, ...(errnoRet === undefined ? {} : { errnoRet }) };
    const otherwise = action === 'SCMP_ACT_ALLOW' ? 'SCMP_ACT_LOG' : 'SCMP_ACT_ALLOW';
    expect(ask({ defaultAction: otherwise, syscalls: [rule] }, call(X86_64, 39))).toBe(answer);
  });

  test('the default action and its errno', () => {
    const profile: SeccompProfile = { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 13 };
    expect(ask(profile, call(X86_64, 39))).toBe(0x0005000d);
    expect(ask({ defaultAction: 'SCMP_ACT_ALLOW' }, call(X86_64, 39))).toBe(ALLOW);
  });
});

test('an action that does not exist is refused', () => {
  for (const action of ['SCMP_ACT_WHAT', 'toString'] as unknown as SeccompAction[]) {
    const message = `cannot compile seccomp action "${action}": it is none of those that the runtime spec lists`;
    expect(() => compileSeccomp(deny({ names: ['read'], action }), { arch: 'x86_64' })).toThrow(message);
    expect(() => compileSeccomp({ defaultAction: action }, { arch: 'x86_64' })).toThrow(message);
  }
});

describe('architectures', () => {
  const open = deny(allow(['read', 'getpid', 'execve', 'preadv2', 'file_setattr']));

  test('a call of an ABI that is not listed kills the process', () => {
    expect(ask(open, call(X86_64, 39))).toBe(ALLOW);
    expect(ask(open, call(I386, 20))).toBe(KILL_PROCESS);
    expect(ask(open, call(AARCH64, 172))).toBe(KILL_PROCESS);
    expect(ask(open, call(AARCH64, 172), 'aarch64')).toBe(ALLOW);
    expect(ask(open, call(X86_64, 39), 'aarch64')).toBe(KILL_PROCESS);
  });

  test('numbers are those of the caller’s ABI', () => {
    const both = { ...open, architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] };
    expect(ask(both, call(I386, 20))).toBe(ALLOW);
    // 39 is getpid on x86_64, mkdir on i386.
    expect(ask(both, call(I386, 39))).toBe(EPERM);
    expect(ask(both, call(X86_64, 20))).toBe(EPERM);
  });

  test('the native ABI need not be listed; a foreign one of another host opens nothing', () => {
    expect(ask({ ...open, architectures: ['SCMP_ARCH_X86'] }, call(X86_64, 39))).toBe(ALLOW);
    expect(ask({ ...open, architectures: ['SCMP_ARCH_X86'] }, call(I386, 20), 'aarch64')).toBe(KILL_PROCESS);
    expect(ask({ ...open, architectures: ['SCMP_ARCH_ARM'] }, call(0x40000028, 20), 'aarch64')).toBe(KILL_PROCESS);
  });

  test('x32 is closed unless listed', () => {
    for (const nr of [0x40000000, 0x40000000 + 39, 0x40000000 + 520, 0x7fffffff, 0x80000000 + 39, 0xc0000027]) {
      expect(ask(open, call(X86_64, nr))).toBe(KILL_PROCESS);
    }
    const x32 = { ...open, architectures: ['SCMP_ARCH_X32'] };
    expect(ask(x32, call(X86_64, 0x40000000 + 39))).toBe(ALLOW);
    expect(ask(x32, call(X86_64, 0x40000000 + 520))).toBe(ALLOW);
    // 59 is execve for x86_64 alone; x32 has its own.
    expect(ask(x32, call(X86_64, 0x40000000 + 59))).toBe(EPERM);
    expect(ask(x32, call(X86_64, 0xc0000027))).toBe(ENOSYS);
  });

  test('x32’s own numbers without the x32 bit reach nothing', () => {
    // Kernels before 5.4 answered 512..547 to x86_64 callers too.
    for (let nr = 512; nr <= 547; nr++) expect(ask(open, call(X86_64, nr))).toBe(ENOSYS);
  });

  test('a call that a tracer skipped is no x32 call', () => {
    expect(ask(open, call(X86_64, -1))).toBe(ENOSYS);
    expect(ask({ defaultAction: 'SCMP_ACT_ALLOW' }, call(X86_64, -1))).toBe(ALLOW);
  });
});

describe('calls newer than the profile', () => {
  const old = deny(allow(['getpid', 'openat2'])); // openat2: 437

  test('get ENOSYS, so that libc falls back', () => {
    expect(ask(old, call(X86_64, 437))).toBe(ALLOW);
    expect(ask(old, call(X86_64, 436))).toBe(EPERM);
    expect(ask(old, call(X86_64, 438))).toBe(ENOSYS);
    expect(ask(old, call(X86_64, 9999))).toBe(ENOSYS);
  });

  test('unless the default is no errno, or the profile names nothing', () => {
    expect(ask({ ...old, defaultAction: 'SCMP_ACT_KILL_PROCESS' }, call(X86_64, 438))).toBe(KILL_PROCESS);
    expect(ask({ ...old, defaultAction: 'SCMP_ACT_LOG' }, call(X86_64, 438))).toBe(0x7ffc0000);
    expect(ask(deny(allow(['no_such_call'])), call(X86_64, 438))).toBe(EPERM);
  });
});

describe('rules', () => {
  const arg = (index: number, op: string, value: bigint, valueTwo = 0n): SeccompArg => ({ index, op, value, valueTwo });

  test('both halves of an argument count', () => {
    const profile = deny(allow(['personality'], arg(0, 'SCMP_CMP_EQ', 0xffffffffn)));
    expect(ask(profile, call(X86_64, 135, 0xffffffffn))).toBe(ALLOW);
    expect(ask(profile, call(X86_64, 135, 0x1ffffffffn))).toBe(EPERM);
    expect(ask(profile, call(X86_64, 135, 0xffffffff00000000n))).toBe(EPERM);
  });

  test('on i386 a value is cut to 32 bits, like the argument', () => {
    const profile = {
      ...deny(allow(['kill'], arg(0, 'SCMP_CMP_EQ', 2n ** 64n - 1n))),
      architectures: ['SCMP_ARCH_X86'],
    };
    expect(ask(profile, call(I386, 37, 0xffffffffn))).toBe(ALLOW);
    expect(ask(profile, call(X86_64, 62, 0xffffffffn))).toBe(EPERM);
    expect(ask(profile, call(X86_64, 62, 2n ** 64n - 1n))).toBe(ALLOW);
  });

  test('different indexes are and-ed, the same index is or-ed', () => {
    const and = deny(allow(['socket'], arg(0, 'SCMP_CMP_EQ', 1n), arg(1, 'SCMP_CMP_LT', 3n)));
    expect(ask(and, call(X86_64, 41, 1n, 2n))).toBe(ALLOW);
    expect(ask(and, call(X86_64, 41, 1n, 3n))).toBe(EPERM);
    expect(ask(and, call(X86_64, 41, 2n, 2n))).toBe(EPERM);
    const or = deny(allow(['socket'], arg(0, 'SCMP_CMP_EQ', 1n), arg(0, 'SCMP_CMP_EQ', 2n)));
    expect([1n, 2n, 3n].map((family) => ask(or, call(X86_64, 41, family)))).toEqual([ALLOW, ALLOW, EPERM]);
  });

  test('the mask of MASKED_EQ masks the value too', () => {
    const profile = deny(allow(['clone'], arg(0, 'SCMP_CMP_MASKED_EQ', 0x0fn, 0xf1n)));
    expect(ask(profile, call(X86_64, 56, 0xa1n))).toBe(ALLOW);
    expect(ask(profile, call(X86_64, 56, 0xa2n))).toBe(EPERM);
  });

  test('the first rule that matches counts', () => {
    const trap: SeccompRule = { names: ['socket'], action: 'SCMP_ACT_TRAP', args: [arg(0, 'SCMP_CMP_EQ', 40n)] };
    expect(ask(deny(trap, allow(['socket'])), call(X86_64, 41, 40n))).toBe(0x00030000);
    expect(ask(deny(trap, allow(['socket'])), call(X86_64, 41, 2n))).toBe(ALLOW);
    expect(ask(deny(allow(['socket']), trap), call(X86_64, 41, 40n))).toBe(ALLOW);
  });

  test('unknown names are passed over, unknown comparisons refused', () => {
    expect(ask(deny(allow(['no_such_call', 'getpid'])), call(X86_64, 39))).toBe(ALLOW);
    expect(() => compileSeccomp(deny(allow(['read'], arg(0, 'SCMP_CMP_XX', 0n))), { arch: 'x86_64' })).toThrow(
      'cannot compile the seccomp rule for "read": "SCMP_CMP_XX" is no comparison',
    );
    expect(() => compileSeccomp(deny(allow(['read'], arg(6, 'SCMP_CMP_EQ', 0n))), { arch: 'x86_64' })).toThrow(
      `cannot compile the seccomp rule for "read": 6 is no argument's index (0 to 5)`,
    );
  });

  test('a profile beyond 4096 instructions is refused', () => {
    const names = [...syscallNumbers(SYSCALL_ABIS.SCMP_ARCH_X86_64).keys()];
    const rules = names.flatMap((name, index) =>
      [0n, 1n, 2n, 3n].map((value) => allow([name], arg(0, 'SCMP_CMP_EQ', value + BigInt(index) * 7n))),
    );
    expect(() => compileSeccomp(deny(...rules), { arch: 'x86_64' })).toThrow(
      /^cannot compile the seccomp profile: its filter has \d{4} instructions, and the kernel takes 4096/,
    );
  });
});

describe('compiled = evaluated, on any profile', () => {
  // Values near each other and near the word boundary, so that comparisons are often equal or off by one.
  const value = fc.oneof(
    fc.bigInt({ min: 0n, max: 3n }),
    fc.bigInt({ min: 0xfffffffen, max: 0x100000001n }),
    fc.bigInt({ min: 2n ** 64n - 2n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  );
  const action = fc.constantFrom<SeccompAction[]>(
    'SCMP_ACT_ALLOW',
    'SCMP_ACT_ERRNO',
    'SCMP_ACT_KILL_PROCESS',
    'SCMP_ACT_KILL',
    'SCMP_ACT_TRAP',
    'SCMP_ACT_LOG',
    'SCMP_ACT_NOTIFY',
  );
  const op = fc.constantFrom('NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ').map((name) => `SCMP_CMP_${name}`);
  const args = fc.array(fc.record({ index: fc.nat(2), op, value, valueTwo: value }), { maxLength: 3 });
  const all = [...syscallNumbers(SYSCALL_ABIS.SCMP_ARCH_X86_64).keys(), 'mmap2', 'socketcall', 'bogus'];
  const rule = (names: string[]): fc.Arbitrary<SeccompRule> =>
    fc.record({ names: fc.subarray(names, { minLength: 1 }), action, errnoRet: fc.nat(60), args });
  const profileOf = (names: string[], maxRules: number): fc.Arbitrary<SeccompProfile> =>
    fc.record({
      defaultAction: action,
      defaultErrnoRet: fc.constantFrom(1, 38, 5),
      architectures: fc.subarray(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64']),
      syscalls: fc.array(rule(names), { maxLength: maxRules }),
    });
  const number = fc.oneof(
    fc.nat(600),
    fc.nat(600).map((nr) => nr + 0x40000000),
    fc.constantFrom(0xffffffff, 0x3fffffff, 0x80000000),
    fc.nat(0xffffffff),
  );
  const data = (arch: fc.Arbitrary<number>): fc.Arbitrary<SeccompData> =>
    fc.record({
      nr: number,
      arch,
      instructionPointer: value,
      args: fc.tuple(value, value, value, value, value, value),
    });
  const arches = fc.constantFrom(X86_64, X86_64, I386, AARCH64, 0x40000028);

  // Few names and many rules for each, so that rules meet; then many names, so that programs are long: with
  // more rules than four they could pass the kernel's limit.
  test.each([
    ['few calls', ['read', 'socket', 'clone'], 8, 300],
    ['all calls', all, 4, 60],
  ])('%s', (_, names, maxRules, numRuns) => {
    fc.assert(
      fc.property(profileOf(names, maxRules), fc.array(data(arches), { minLength: 60 }), (profile, calls) => {
        const program = compileSeccomp(profile, { arch: 'x86_64' });
        expect(checkBpf(program)).toBeUndefined();
        for (const one of calls.flatMap(alsoNamed(profile))) {
          expect({ one, answer: interpretBpf(program, one) }).toEqual({ one, answer: evaluate(profile, one) });
        }
      }),
      { numRuns },
    );
  });
});

// Every call that a profile names, with another call's arguments: random numbers alone rarely hit a rule.
function alsoNamed(profile: SeccompProfile): (one: SeccompData, index: number) => SeccompData[] {
  const names = (profile.syscalls ?? []).flatMap((rule) => rule.names);
  return (one, index) => {
    const name = names[index % names.length];
    const variants = (['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'] as const).flatMap((abiName) => {
      const abi = SYSCALL_ABIS[abiName];
      const nr = name === undefined ? undefined : syscallNumbers(abi).get(name);
      return nr === undefined ? [] : [{ ...one, nr, arch: abi.auditArch }];
    });
    return [one, ...variants].map((data) => (data.arch === I386 ? { ...data, args: narrowed(data.args) } : data));
  };
}

function narrowed(args: SeccompData['args']): SeccompData['args'] {
  return args.map((arg) => arg & 0xffffffffn) as unknown as SeccompData['args'];
}

/** The semantics again, straight from the profile, sharing nothing with the compiler but the tables. */
function evaluate(profile: SeccompProfile, { arch, nr, args }: SeccompData): number {
  const name = abiOf(arch, nr);
  const listed = name === 'SCMP_ARCH_X86_64' || (name !== undefined && profile.architectures?.includes(name));
  if (!listed || name === undefined) return KILL_PROCESS;
  const numbers = syscallNumbers(SYSCALL_ABIS[name]);
  const rules = profile.syscalls ?? [];
  for (const rule of rules) {
    if (!rule.names.some((one) => numbers.get(one) === nr)) continue;
    const holds = (arg: SeccompArg): boolean => compare(arg, args[arg.index]!, name === 'SCMP_ARCH_X86' ? 32 : 64);
    const list = rule.args ?? [];
    const repeats = list.some((arg, index) => list.findIndex((other) => other.index === arg.index) !== index);
    if (repeats ? list.some(holds) : list.every(holds)) return answer(rule.action, rule.errnoRet);
  }
  const named = rules.flatMap((rule) => rule.names.flatMap((one) => numbers.get(one) ?? []));
  const newer = named.length > 0 && nr > Math.max(...named);
  return profile.defaultAction === 'SCMP_ACT_ERRNO' && newer
    ? ENOSYS
    : answer(profile.defaultAction, profile.defaultErrnoRet);
}

function abiOf(arch: number, nr: number): SyscallAbiName | undefined {
  if (arch === I386) return 'SCMP_ARCH_X86';
  if (arch !== X86_64) return undefined;
  return nr >= 0x40000000 && nr !== 0xffffffff ? 'SCMP_ARCH_X32' : 'SCMP_ARCH_X86_64';
}

function compare({ op, value, valueTwo = 0n }: SeccompArg, arg: bigint, bits: number): boolean {
  const wanted = BigInt.asUintN(bits, BigInt(value));
  switch (op) {
    case 'SCMP_CMP_NE':
      return arg !== wanted;
    case 'SCMP_CMP_LT':
      return arg < wanted;
    case 'SCMP_CMP_LE':
      return arg <= wanted;
    case 'SCMP_CMP_EQ':
      return arg === wanted;
    case 'SCMP_CMP_GE':
      return arg >= wanted;
    case 'SCMP_CMP_GT':
      return arg > wanted;
    default:
      return (arg & wanted) === (BigInt(valueTwo) & wanted);
  }
}

function answer(action: SeccompAction, errnoRet = 1): number {
  const base = {
    SCMP_ACT_ALLOW: ALLOW,
    SCMP_ACT_ERRNO: 0x00050000 + errnoRet,
    SCMP_ACT_KILL_PROCESS: KILL_PROCESS,
    SCMP_ACT_KILL: 0,
    SCMP_ACT_KILL_THREAD: 0,
    SCMP_ACT_TRAP: 0x00030000,
    SCMP_ACT_LOG: 0x7ffc0000,
    SCMP_ACT_NOTIFY: 0x7fc00000,
    SCMP_ACT_TRACE: 0x7ff00000 + errnoRet,
  };
  return base[action];
}
