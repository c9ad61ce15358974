import aarch64 from './syscalls/aarch64.ts';
import i386 from './syscalls/i386.ts';
import x32 from './syscalls/x32.ts';
import x86_64 from './syscalls/x86-64.ts';

/** The architectures a host can have. Each runs the system calls of one or more ABIs. */
export type HostArch = 'x86_64' | 'aarch64';

/** The ABIs with a table of system calls here, by the names that profiles use. */
export type SyscallAbiName = 'SCMP_ARCH_X86_64' | 'SCMP_ARCH_X86' | 'SCMP_ARCH_X32' | 'SCMP_ARCH_AARCH64';

export interface SyscallAbi {
  readonly name: SyscallAbiName;
  /** AUDIT_ARCH_* of <linux/audit.h>: `arch` in struct seccomp_data. */
  readonly auditArch: number;
  /** Bits that every number of this ABI has set. */
  readonly numberBase: number;
  /** Whether arguments are 32-bit: the kernel then shows their upper halves as zero. */
  readonly narrow: boolean;
  readonly table: string;
}

/** x32 calls come as AUDIT_ARCH_X86_64 with this bit set in the number. */
export const X32_SYSCALL_BIT = 0x40000000;
const AUDIT_ARCH_X86_64 = 0xc000003e;

export const SYSCALL_ABIS: Readonly<Record<SyscallAbiName, SyscallAbi>> = {
  SCMP_ARCH_X86_64: {
    name: 'SCMP_ARCH_X86_64',
    auditArch: AUDIT_ARCH_X86_64,
    numberBase: 0,
    narrow: false,
    table: x86_64,
  },
  SCMP_ARCH_X86: { name: 'SCMP_ARCH_X86', auditArch: 0x40000003, numberBase: 0, narrow: true, table: i386 },
  SCMP_ARCH_X32: {
    name: 'SCMP_ARCH_X32',
    auditArch: AUDIT_ARCH_X86_64,
    numberBase: X32_SYSCALL_BIT,
    narrow: false,
    table: x32,
  },
  SCMP_ARCH_AARCH64: {
    name: 'SCMP_ARCH_AARCH64',
    auditArch: 0xc00000b7,
    numberBase: 0,
    narrow: false,
    table: aarch64,
  },
};

const NATIVE: Readonly<Record<HostArch, SyscallAbiName>> = {
  x86_64: 'SCMP_ARCH_X86_64',
  aarch64: 'SCMP_ARCH_AARCH64',
};
const FOREIGN: Readonly<Record<HostArch, readonly SyscallAbiName[]>> = {
  x86_64: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  aarch64: [],
};

/** The ABI of a host's own programs. */
export function nativeAbi(arch: HostArch): SyscallAbi {
  return SYSCALL_ABIS[NATIVE[arch]];
}

/** The ABIs that a profile opens on a host: the native one, and of the others those that it lists. */
export function profileAbis(arch: HostArch, architectures: readonly string[] = []): SyscallAbi[] {
  const listed = FOREIGN[arch].filter((name) => architectures.includes(name));
  return [nativeAbi(arch), ...listed.map((name) => SYSCALL_ABIS[name])];
}

const numbersOf = new Map<SyscallAbiName, ReadonlyMap<string, number>>();

/** The system calls of an ABI, name → number with the ABI's own bits set, up to Linux 6.18. */
export function syscallNumbers(abi: SyscallAbi): ReadonlyMap<string, number> {
  let numbers = numbersOf.get(abi.name);
  if (numbers === undefined) {
    numbers = parseTable(abi);
    numbersOf.set(abi.name, numbers);
  }
  return numbers;
}

function parseTable(abi: SyscallAbi): Map<string, number> {
  const numbers = new Map<string, number>();
  eachSyscall(abi, (name, number) => numbers.set(name, number));
  return numbers;
}

/** The same one after the other, in the order of the numbers: a runtime's start has no time for a table of 400 names. */
export function eachSyscall({ table, numberBase }: SyscallAbi, visit: (name: string, number: number) => unknown): void {
  let number = numberBase;
  for (const line of table.split('\n'))
    for (const word of line.split(' ')) {
      if (word === '') continue;
      if (word.startsWith('@')) number = numberBase + Number(word.slice(1));
      else visit(word, number++);
    }
}
