import { errnoNumber } from '../errno.ts';
import { SECCOMP_ANSWER, takesErrno } from './answer.ts';
import {
  arrayField,
  fieldError,
  objectField,
  textField,
  textsField,
  wholeField,
  wordField,
  type Field,
} from './json-fields.ts';
import {
  SECCOMP_OPERATORS,
  type SeccompAction,
  type SeccompArg,
  type SeccompProfile,
  type SeccompRule,
} from './profile.ts';

/**
 * A profile as Docker's and podman's files have it: the OCI form, with rules that hold only for some
 * capabilities, architectures or kernels, and with `archMap` in the place of `architectures`.
 */
export interface SeccompProfileFile extends Omit<SeccompProfile, 'syscalls'> {
  archMap?: SeccompArchMap[];
  syscalls?: ConditionalRule[];
}

/** Which ABIs are open on a host of `architecture`. */
export interface SeccompArchMap {
  architecture: string;
  subArchitectures: string[];
}

export interface ConditionalRule extends SeccompRule {
  /** The rule counts if all of this holds: every capability, any of the architectures, the kernel. */
  includes?: RuleFilter;
  /** The rule is left out if any of this holds. */
  excludes?: RuleFilter;
}

export interface RuleFilter {
  /** `CAP_*` names. */
  caps?: string[];
  /** Architectures of the host, in Go's words: `amd64`, `arm64`. */
  arches?: string[];
  /** `MAJOR.MINOR`. */
  minKernel?: string;
}

const ACTIONS = Object.keys(SECCOMP_ANSWER) as SeccompAction[];
const MAX_U64 = 2n ** 64n - 1n;
/** The kernel cuts larger numbers to this (MAX_ERRNO). */
const MAX_ERRNO = 4095n;

/**
 * Parses a profile file's text, an untrusted input, in Docker's or the plain OCI form. `name` is for errors.
 * Throws LimpidError `EPROFILE` that names the place in the document.
 */
export function parseProfileText(text: string, name: string): SeccompProfileFile {
  const document = { path: '', document: `seccomp profile "${name}"` };
  let value: unknown;
  try {
    value = JSON.parse(text, exactNumber);
  } catch {
    throw fieldError({ ...document, value: text }, 'is not JSON');
  }
  return readFile({ ...document, value });
}

/** The same for a document that is parsed already. Numbers beyond 2^53 must be bigints in it. */
export function parseProfileFile(value: unknown, name: string): SeccompProfileFile {
  return readFile({ value, path: '', document: `seccomp profile "${name}"` });
}

// Arguments are 64-bit numbers, of which JavaScript's own keep 53 bits.
function exactNumber(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const { source = '' } = context ?? {};
  return /^\d{1,20}$/.test(source) ? BigInt(source) : value;
}

const FILE_FIELDS = [
  ...['$schema', 'comment', 'defaultAction', 'defaultErrnoRet', 'defaultErrno', 'architectures', 'archMap'],
  ...['flags', 'listenerPath', 'listenerMetadata', 'syscalls'],
];

function readFile(field: Field): SeccompProfileFile {
  const get = objectField(field, FILE_FIELDS);
  const defaultAction = readAction(get('defaultAction'), field);
  if (defaultAction === 'SCMP_ACT_NOTIFY')
    throw fieldError(field, 'notifies by default, which would stop its own start');
  const errnoRet = readErrno(get('defaultErrnoRet'), get('defaultErrno'), defaultAction);
  const [architectures, archMap] = [get('architectures'), get('archMap')];
  const file: SeccompProfileFile = { defaultAction };
  if (errnoRet !== undefined) file.defaultErrnoRet = errnoRet;
  if (architectures !== undefined) file.architectures = arrayField(architectures).map(readArchitecture);
  if (archMap !== undefined) file.archMap = arrayField(archMap).map(readArchMap);
  if ((file.architectures?.length ?? 0) > 0 && (file.archMap?.length ?? 0) > 0) {
    throw fieldError(field, 'has both "architectures" and "archMap"');
  }
  if (get('flags') !== undefined) file.flags = textsField(get('flags'));
  for (const name of ['listenerPath', 'listenerMetadata'] as const) {
    const text = get(name);
    if (text !== undefined && text.value !== '') file[name] = textField(text);
  }
  const syscalls = get('syscalls');
  if (syscalls !== undefined) file.syscalls = arrayField(syscalls).map(readRule);
  return file;
}

function readArchMap(field: Field): SeccompArchMap {
  const get = objectField(field, ['architecture', 'subArchitectures']);
  const architecture = get('architecture');
  if (architecture === undefined) throw fieldError(field, 'has no "architecture"');
  const subArchitectures = get('subArchitectures');
  return {
    architecture: readArchitecture(architecture),
    subArchitectures: subArchitectures === undefined ? [] : arrayField(subArchitectures).map(readArchitecture),
  };
}

// Any architecture of the runtime spec may be named; those that this host cannot run open nothing.
function readArchitecture(field: Field): string {
  const text = textField(field);
  if (!/^SCMP_ARCH_[A-Z0-9_]+$/.test(text)) throw fieldError(field, `is "${text}", wanted SCMP_ARCH_…`);
  return text;
}

const RULE_FIELDS = ['name', 'names', 'action', 'errnoRet', 'errno', 'args', 'comment', 'includes', 'excludes'];

function readRule(field: Field): ConditionalRule {
  const get = objectField(field, RULE_FIELDS);
  const [name, names] = [get('name'), textsField(get('names'))];
  if (name !== undefined && names.length > 0) throw fieldError(field, 'has both "name" and "names"');
  if (name !== undefined && name.value !== '') names.push(textField(name));
  if (names.length === 0) throw fieldError(field, 'names no system call');
  const action = readAction(get('action'), field);
  const errnoRet = readErrno(get('errnoRet'), get('errno'), action);
  const rule: ConditionalRule = { names, action };
  if (errnoRet !== undefined) rule.errnoRet = errnoRet;
  const [args, includes, excludes] = [get('args'), get('includes'), get('excludes')];
  if (args !== undefined) rule.args = arrayField(args).map(readArg);
  if (includes !== undefined) rule.includes = readFilter(includes);
  if (excludes !== undefined) rule.excludes = readFilter(excludes);
  return rule;
}

function readAction(action: Field | undefined, parent: Field): SeccompAction {
  if (action !== undefined) return wordField(action, ACTIONS);
  throw fieldError(parent, parent.path === '' ? 'has no "defaultAction"' : 'has no "action"');
}

/** podman's files have the errno as a name too, which then counts. */
function readErrno(number: Field | undefined, name: Field | undefined, action: SeccompAction): number | undefined {
  let errno = number === undefined ? undefined : Number(wholeField(number, MAX_ERRNO));
  if (name !== undefined && name.value !== '') {
    errno = errnoNumber(textField(name));
    if (errno === undefined) throw fieldError(name, `is "${textField(name)}", wanted a name such as EPERM`);
  }
  if (errno === undefined || takesErrno(action)) return errno;
  if (errno === 0) return undefined;
  throw fieldError((number ?? name)!, `is ${errno}, but ${action} returns no errno`);
}

function readArg(field: Field): SeccompArg {
  const get = objectField(field, ['index', 'value', 'valueTwo', 'op', 'comment']);
  const [index, value, valueTwo, op] = [get('index'), get('value'), get('valueTwo'), get('op')];
  if (op === undefined) throw fieldError(field, 'has no "op"');
  // Go writes no zeros where a field is marked omitempty, so absent means 0.
  const arg: SeccompArg = {
    index: index === undefined ? 0 : Number(wholeField(index, 5n)),
    value: value === undefined ? 0 : wholeField(value, MAX_U64),
    op: wordField(op, SECCOMP_OPERATORS),
  };
  if (valueTwo !== undefined) arg.valueTwo = wholeField(valueTwo, MAX_U64);
  return arg;
}

function readFilter(field: Field): RuleFilter {
  const get = objectField(field, ['caps', 'arches', 'minKernel']);
  const filter: RuleFilter = {};
  if (get('caps') !== undefined) filter.caps = textsField(get('caps'));
  if (get('arches') !== undefined) filter.arches = textsField(get('arches'));
  const minKernel = get('minKernel');
  if (minKernel !== undefined && minKernel.value !== '') {
    filter.minKernel = textField(minKernel);
    if (!/^\d+\.\d+$/.test(filter.minKernel))
      throw fieldError(minKernel, `is "${filter.minKernel}", wanted MAJOR.MINOR`);
  }
  return filter;
}
