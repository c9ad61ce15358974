import { integer, list, object, oneOf, specFault, text, type Decoder } from '../decode.ts';
import type { Seccomp } from '../runtime.ts';

const action = oneOf(
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
);

const operator = oneOf(
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
);

/** A register's 64 bits: exact, so a bigint where a double is not. */
const register: Decoder<number | bigint> = (value, path) => {
  if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw specFault(path, 'it is no whole number of 64 bits');
};

/** libseccomp's names, as runtime-spec 1.3 lists them. */
const architecture = oneOf(
  ...(
    'X86 X86_64 X32 ARM AARCH64 MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 PPC PPC64 PPC64LE S390 S390X ' +
    'PARISC PARISC64 RISCV64 LOONGARCH64 M68K SH SHEB'
  )
    .split(' ')
    .map((name) => `SCMP_ARCH_${name}`),
);

const filterFlag = oneOf(
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
);

const errno = integer(0, 0xffff);

const rule = object(
  {
    names: list(text),
    action,
    errnoRet: errno,
    args: list(
      object({ index: integer(0, 5), value: register, valueTwo: register, op: operator }, ['index', 'value', 'op']),
    ),
  },
  ['names', 'action'],
);

const shape = object(
  {
    defaultAction: action,
    defaultErrnoRet: errno,
    architectures: list(architecture),
    flags: list(filterFlag),
    listenerPath: text,
    listenerMetadata: text,
    syscalls: list(rule),
  },
  ['defaultAction'],
);

/** runtime-spec, config-linux.md, Seccomp. */
export const seccomp: Decoder<Seccomp> = (value, path) => {
  const decoded = shape(value, path);
  for (const [index, { names }] of (decoded.syscalls ?? []).entries()) {
    if (names.length === 0) throw specFault(`${path}.syscalls[${index}].names`, 'there is no system call in it');
  }
  if (decoded.listenerMetadata !== undefined && decoded.listenerPath === undefined) {
    throw specFault(`${path}.listenerMetadata`, 'there is no listenerPath to send it to');
  }
  return decoded;
};
