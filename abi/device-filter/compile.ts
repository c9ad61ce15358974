import { LimpidError } from '../../base/error.ts';
import { EBPF, encodeEbpf, type EbpfInstruction } from './instruction.ts';

/** A device rule of the OCI runtime spec; the same as `DeviceRule` in spec/runtime.ts. */
export interface DeviceRule {
  readonly allow: boolean;
  /** `a`, for both, unless said. */
  readonly type?: 'a' | 'b' | 'c';
  /** Any, unless said or if -1. */
  readonly major?: number;
  readonly minor?: number;
  /** Some of `rwm`; all of them unless said or if empty. */
  readonly access?: string;
}

/** BPF_DEVCG_DEV_* and BPF_DEVCG_ACC_* of <linux/bpf.h>. */
export const DEVICE_TYPE = { b: 1, c: 2 } as const;
export const DEVICE_ACCESS = { m: 1, r: 2, w: 4 } as const;
const ALL_ACCESS = 7;

// Registers. The context is struct bpf_cgroup_dev_ctx: access_type, major, minor.
const [ANSWER, CONTEXT, TYPE, ACCESS, MAJOR, MINOR] = [0, 1, 2, 3, 4, 5];

/**
 * Compiles device rules to a BPF_PROG_TYPE_CGROUP_DEVICE program. For each kind of access asked for, the
 * last rule that covers the device and that access decides; what no rule covers is denied; all kinds asked
 * for must be allowed. So a sequence means what writing it to v1's devices.allow and devices.deny means.
 * Throws LimpidError `EDEVICERULE` for a rule that no kernel knows.
 */
export function compileDeviceFilter(rules: readonly DeviceRule[]): Uint8Array {
  const parsed = rules.map(parseRule);
  // Nothing before the last rule that covers everything matters.
  const base = parsed.findLastIndex(coversAll);
  const program = [
    load(TYPE, 0),
    ...[operate(EBPF.AND, TYPE, 0xffff), load(ACCESS, 0), operate(EBPF.SHIFT_RIGHT, ACCESS, 16)],
    ...[load(MAJOR, 4), load(MINOR, 8)],
    ...parsed
      .slice(base + 1)
      .toReversed()
      .flatMap(ruleInstructions),
    ...answer(parsed[base]?.allow ?? false),
  ];
  return encodeEbpf(program);
}

interface ParsedRule {
  readonly allow: boolean;
  /** Undefined for any. */
  readonly type: number | undefined;
  readonly major: number | undefined;
  readonly minor: number | undefined;
  readonly access: number;
}

function coversAll({ type, major, minor, access }: ParsedRule): boolean {
  return type === undefined && major === undefined && minor === undefined && access === ALL_ACCESS;
}

// ACCESS holds the kinds of access still undecided. An allowing rule takes its own away, and answers when
// none is left; a denying rule answers if one of its own is among them.
function ruleInstructions({ allow, type, major, minor, access }: ParsedRule): EbpfInstruction[] {
  const decide = allow
    ? [operate(EBPF.AND, ACCESS, ~access), skipUnless(EBPF.JUMP_NOT_EQUAL, ACCESS, 0, 2)]
    : [
        { ...operate(EBPF.MOVE_REGISTER, ANSWER, 0), source: ACCESS },
        operate(EBPF.AND, ANSWER, access),
        skipUnless(EBPF.JUMP_EQUAL, ANSWER, 0, 2),
      ];
  const tests = [
    [TYPE, type],
    [MAJOR, major],
    [MINOR, minor],
  ].filter(([, wanted]) => wanted !== undefined) as [number, number][];
  const behind = decide.length + 2;
  return [
    ...tests.map(([register, wanted], index) =>
      skipUnless(EBPF.JUMP_NOT_EQUAL, register, wanted, tests.length - index - 1 + behind),
    ),
    ...decide,
    ...answer(allow),
  ];
}

function answer(allow: boolean): EbpfInstruction[] {
  return [operate(EBPF.MOVE, ANSWER, allow ? 1 : 0), operate(EBPF.EXIT, 0, 0)];
}

function load(destination: number, offset: number): EbpfInstruction {
  return { code: EBPF.LOAD_WORD, destination, source: CONTEXT, offset, immediate: 0 };
}

function operate(code: number, destination: number, immediate: number): EbpfInstruction {
  return { code, destination, source: 0, offset: 0, immediate };
}

function skipUnless(code: number, destination: number, immediate: number, offset: number): EbpfInstruction {
  return { code, destination, source: 0, offset, immediate };
}

function parseRule(rule: DeviceRule): ParsedRule {
  const { allow, type = 'a', access } = rule;
  let bits = 0;
  for (const letter of access || 'rwm') {
    if (!Object.hasOwn(DEVICE_ACCESS, letter)) throw badRule(rule, `"${letter}" is none of r, w and m`);
    bits |= DEVICE_ACCESS[letter as keyof typeof DEVICE_ACCESS];
  }
  if (type !== 'a' && !Object.hasOwn(DEVICE_TYPE, type)) throw badRule(rule, `"${String(type)}" is none of a, b and c`);
  return {
    allow,
    type: type === 'a' ? undefined : DEVICE_TYPE[type],
    major: deviceNumber(rule, rule.major),
    minor: deviceNumber(rule, rule.minor),
    access: bits,
  };
}

function deviceNumber(rule: DeviceRule, number = -1): number | undefined {
  if (number === -1) return undefined;
  // Immediates are signed; the kernel's own numbers have 12 and 20 bits.
  if (!Number.isInteger(number) || number < 0 || number > 0x7fffffff) {
    throw badRule(rule, `${number} is no device number`);
  }
  return number;
}

function badRule({ type = 'a', major = -1, minor = -1, access = 'rwm' }: DeviceRule, why: string): LimpidError {
  const number = (one: number): string => (one === -1 ? '*' : String(one));
  const subject = `device rule "${type} ${number(major)}:${number(minor)} ${access}"`;
  return new LimpidError({ code: 'EDEVICERULE', doing: 'compile', subject, why });
}
