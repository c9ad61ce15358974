/**
 * Writes abi/seccomp/syscalls/*.ts from the kernel headers of this machine (needs cc and linux-libc-dev on
 * x86_64). Its output is checked in; run it again when the headers bring new system calls.
 */

// Numbers that are the same on every architecture since 5.1, newer than Debian 12's headers (Linux 6.1).
const SINCE_6_1 = {
  cachestat: 451,
  fchmodat2: 452,
  map_shadow_stack: 453,
  futex_wake: 454,
  futex_wait: 455,
  futex_requeue: 456,
  statmount: 457,
  listmount: 458,
  lsm_get_self_attr: 459,
  lsm_set_self_attr: 460,
  lsm_list_modules: 461,
  mseal: 462,
  setxattrat: 463,
  getxattrat: 464,
  listxattrat: 465,
  removexattrat: 466,
  open_tree_attr: 467,
  file_getattr: 468,
  file_setattr: 469,
};

const X32_BIT = 0x40000000;

// What arch/arm64/include/uapi/asm/unistd.h asks of the generic list.
const ARM64_WANTS = [
  '__ARCH_WANT_RENAMEAT',
  '__ARCH_WANT_NEW_STAT',
  '__ARCH_WANT_SET_GET_RLIMIT',
  '__ARCH_WANT_TIME32_SYSCALLS',
  '__ARCH_WANT_SYS_CLONE3',
  '__ARCH_WANT_MEMFD_SECRET',
];

const TABLES = [
  { file: 'x86-64', header: 'asm/unistd_64.h', defines: [], extra: { uretprobe: 335, uprobe: 336 } },
  { file: 'x32', header: 'asm/unistd_x32.h', defines: [`__X32_SYSCALL_BIT=${X32_BIT}`], extra: {} },
  { file: 'i386', header: 'asm/unistd_32.h', defines: [], extra: {} },
  { file: 'aarch64', header: 'asm-generic/unistd.h', defines: ARM64_WANTS, extra: {} },
];

for (const { file, header, defines, extra } of TABLES) {
  const numbers = readHeader(header, defines);
  for (const [name, number] of Object.entries({ ...SINCE_6_1, ...extra })) numbers.set(name, number);
  await Bun.write(new URL(`../abi/seccomp/syscalls/${file}.ts`, import.meta.url), writeTable(header, numbers));
}

function readHeader(header: string, defines: readonly string[]): Map<string, number> {
  const source = new TextEncoder().encode(`#include <${header}>\n`);
  const command = ['cc', '-E', '-dM', ...defines.map((define) => `-D${define}`), '-'];
  const { stdout, exitCode } = Bun.spawnSync(command, { stdin: source, stderr: 'inherit' });
  if (exitCode !== 0) throw new Error(`cc cannot read <${header}>`);
  const macros = new Map(
    [...stdout.toString().matchAll(/^#define (__NR\w*) (.*)$/gm)].map(([, name, value]) => [name!, value!]),
  );
  const numbers = new Map<string, number>();
  for (const [macro, value] of macros) {
    const name = macro.replace(/^__NR_/, '');
    if (macro.startsWith('__NR3264') || name === 'syscalls' || name === 'arch_specific_syscall') continue;
    numbers.set(name, evaluate(macros.get(value) ?? value));
  }
  return numbers;
}

function evaluate(value: string): number {
  const match = /^\(?(?:(?:__X32_SYSCALL_BIT|\d+) *\+ *)?(\d+)\)?$/.exec(value);
  if (match === null) throw new Error(`not a system call number: ${value}`);
  return Number(match[1]);
}

function writeTable(header: string, numbers: ReadonlyMap<string, number>): string {
  const sorted = [...numbers].sort(([, a], [, b]) => a - b);
  const words: string[] = [];
  let next = 0;
  for (const [name, number] of sorted) {
    if (number !== next) words.push(`@${number}`);
    words.push(name);
    next = number + 1;
  }
  return [
    `// Made by tools/gen-syscalls.ts from <${header}> and what came since, up to Linux 6.18. Do not edit.`,
    '// Names in the order of their numbers, from 0; `@n` says that the next name has the number n.',
    'export default `',
    ...wrap(words, 110),
    '`;',
    '',
  ].join('\n');
}

function wrap(words: readonly string[], width: number): string[] {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1)!;
    if (line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
