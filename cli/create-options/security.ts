import type { SecurityConfig } from '../../engine/config.ts';
import { parseCapability } from '../../engine/kernel-words.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

interface Draft {
  noNewPrivileges: boolean;
  seccomp: string;
  apparmor?: string;
  label: string[];
  mask: string[];
  unmask: string[];
  procOptions: string[];
}

const LABEL_PARTS = ['user', 'role', 'type', 'level'];
const CONTAINER_LABEL = ['system_u', 'system_r', 'container_t', 's0'];

/** Capabilities to add and to drop as `CAP_…` names or `ALL`. Throws where one is in both lists. */
export function translateCapabilities(request: CreateRequest): { capAdd: string[]; capDrop: string[] } {
  const capAdd = request.options['cap-add'].map(capabilityOrAll);
  const capDrop = request.options['cap-drop'].map(capabilityOrAll);
  const both = capAdd.find((name) => capDrop.includes(name));
  if (both !== undefined) throw optionError(`capability "${both}"`, 'it is both added and dropped');
  request.because('process.capabilities', 'privileged', 'cap-add', 'cap-drop');
  return { capAdd: [...new Set(capAdd)], capDrop: [...new Set(capDrop)] };
}

function capabilityOrAll(text: string): string {
  return text.toUpperCase() === 'ALL' ? 'ALL' : parseCapability(text);
}

/** `--security-opt`, with `=` or Docker's older `:` between key and value. */
export function translateSecurity(request: CreateRequest): SecurityConfig {
  const draft: Draft = { noNewPrivileges: false, seccomp: 'default', label: [], mask: [], unmask: [], procOptions: [] };
  for (const text of request.options['security-opt']) readSecurityOption(request, draft, text);
  const { label, procOptions, ...security } = draft;
  const selinuxLabel = joinLabel(label);
  return {
    ...security,
    ...(selinuxLabel === undefined ? {} : { selinuxLabel }),
    ...(procOptions.length === 0 ? {} : { procOptions }),
  };
}

function readSecurityOption(request: CreateRequest, draft: Draft, text: string): void {
  const [, key, value] = /^([a-z-]+)(?:[=:](.*))?$/s.exec(text) ?? [];
  const flag = `--security-opt ${text}`;
  switch (key) {
    case 'no-new-privileges':
      if (value !== undefined && value !== 'true' && value !== 'false')
        throw optionError(flag, '"true" or "false" is wanted');
      draft.noNewPrivileges = value !== 'false';
      return request.note('process.noNewPrivileges', flag);
    case 'seccomp':
      draft.seccomp = seccompProfile(request, needed(value, flag));
      return request.note('linux.seccomp', flag);
    case 'apparmor':
      draft.apparmor = needed(value, flag);
      return request.note('process.apparmorProfile', flag);
    case 'label':
      draft.label.push(needed(value, flag));
      return request.note('process.selinuxLabel', flag);
    case 'mask':
      draft.mask.push(...paths(needed(value, flag), flag));
      return request.note('linux.maskedPaths', flag);
    case 'unmask':
      draft.unmask.push(...(value?.toUpperCase() === 'ALL' ? ['ALL'] : paths(needed(value, flag), flag)));
      return noteUnmask(request, flag);
    case 'systempaths':
      if (value !== 'unconfined') throw optionError(flag, 'systempaths=unconfined is wanted');
      draft.unmask.push('ALL');
      return noteUnmask(request, flag);
    case 'proc-opts':
      draft.procOptions.push(...needed(value, flag).split(','));
      return request.note('mounts[/proc]', flag);
    default:
      throw optionError(flag, 'there is no such security option', 'see "limpid run --help"');
  }
}

function noteUnmask(request: CreateRequest, flag: string): void {
  request.note('linux.maskedPaths', flag);
  request.note('linux.readonlyPaths', flag);
}

function seccompProfile(request: CreateRequest, value: string): string {
  return value === 'unconfined' || value === 'default' ? value : request.hostPath(value);
}

function needed(value: string | undefined, flag: string): string {
  if (value === undefined || value === '') throw optionError(flag, 'it needs a value behind "="');
  return value;
}

function paths(value: string, flag: string): string[] {
  const list = value.split(':');
  const wrong = list.find((path) => !path.startsWith('/'));
  if (wrong !== undefined) throw optionError(flag, `"${wrong}" is not an absolute path`);
  return list;
}

function joinLabel(parts: readonly string[]): string | undefined {
  if (parts.length === 0 || parts.includes('disable')) return undefined;
  const label = [...CONTAINER_LABEL];
  for (const part of parts) {
    const [key, value] = [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)];
    const index = LABEL_PARTS.indexOf(key);
    if (index === -1 || value === '')
      throw optionError(
        `--security-opt label=${part}`,
        'disable, or user:, role:, type: or level: and a value, is wanted',
      );
    label[index] = value;
  }
  return label.join(':');
}
