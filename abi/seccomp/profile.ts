/**
 * A seccomp profile in the form of the OCI runtime spec (config-linux.md, Seccomp), as far as a filter
 * depends on it. Structurally the same as `Seccomp` in spec/runtime.ts, which this room may not import.
 */
export interface SeccompProfile {
  defaultAction: SeccompAction;
  /** Only for SCMP_ACT_ERRNO and SCMP_ACT_TRACE; EPERM unless said. */
  defaultErrnoRet?: number;
  /** `SCMP_ARCH_*` names beside the native one, which is always included. */
  architectures?: string[];
  flags?: string[];
  listenerPath?: string;
  listenerMetadata?: string;
  syscalls?: SeccompRule[];
}

/**
 * What to do for some system calls. All `args` must hold, unless two name the same index: then any one of
 * them suffices, as with runc and crun. Where several rules match a call, the first one counts.
 */
export interface SeccompRule {
  names: string[];
  action: SeccompAction;
  errnoRet?: number;
  args?: SeccompArg[];
}

export interface SeccompArg {
  /** Which argument, 0..5. */
  index: number;
  value: number | bigint;
  /** Only for SCMP_CMP_MASKED_EQ: what the argument masked with `value` must be. */
  valueTwo?: number | bigint;
  op: string;
}

export type SeccompAction =
  | 'SCMP_ACT_KILL'
  | 'SCMP_ACT_KILL_PROCESS'
  | 'SCMP_ACT_KILL_THREAD'
  | 'SCMP_ACT_TRAP'
  | 'SCMP_ACT_ERRNO'
  | 'SCMP_ACT_TRACE'
  | 'SCMP_ACT_ALLOW'
  | 'SCMP_ACT_LOG'
  | 'SCMP_ACT_NOTIFY';

export type SeccompOperator = (typeof SECCOMP_OPERATORS)[number];

export const SECCOMP_OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;
