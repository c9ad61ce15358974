import type { DbusValue } from '../../abi/dbus/message.ts';
import type { Resources } from '../../spec/runtime.ts';
import { specError } from '../spec-error.ts';
import { bitMask } from '../scheduling.ts';
import { cpuWeight } from './weight.ts';

/** A transient unit: what a `linux.cgroupsPath` of the form `slice:prefix:name` means to systemd. */
export interface SystemdUnit {
  readonly slice: string;
  /** `PREFIX-NAME.scope`; a name that ends in `.slice` is one. */
  readonly unit: string;
  /** Its path in the hierarchies. */
  readonly cgroupsPath: string;
}

/** Name and value, as in systemd.resource-control(5), of type `a(sv)`. */
export type UnitProperty = readonly [name: string, value: DbusValue];

const INFINITY = 2n ** 64n - 1n;
const QUOTA_STEP_US = 10_000;

/** Throws LimpidError `ESPEC` for a path of another form. */
export function systemdUnit(cgroupsPath: string | undefined, id: string): SystemdUnit {
  const parts = (cgroupsPath || `system.slice:limpid-runtime:${id}`).split(':');
  const [slice = '', prefix = '', name = ''] = parts;
  if (parts.length !== 3 || name === '' || parts.some((part) => part.includes('/')))
    throw specError('linux.cgroupsPath', `"${cgroupsPath}" is not slice:prefix:name, as systemd wants it`);
  const unit = name.endsWith('.slice') ? name : `${prefix === '' ? '' : `${prefix}-`}${name}.scope`;
  const parent = slice === '' ? 'system.slice' : slice;
  if (unit.endsWith('.slice')) return { slice: parent, unit, cgroupsPath: slicePath(unit) };
  return { slice: parent, unit, cgroupsPath: `${slicePath(parent)}/${unit}` };
}

/** systemd.slice(5): `a-b.slice` is below `a.slice`; `-.slice` is the root. */
function slicePath(slice: string): string {
  if (slice === '-.slice') return '';
  const name = slice.slice(0, -'.slice'.length);
  const words = name.split('-');
  if (!slice.endsWith('.slice') || words.includes(''))
    throw specError('linux.cgroupsPath', `"${slice}" is no name of a slice`);
  return words.map((_, index) => `/${words.slice(0, index + 1).join('-')}.slice`).join('');
}

/** What a new unit is beside its limits. `pid` is in it from the start: a scope without a process cannot be. */
export function unitProperties({ slice, unit }: SystemdUnit, id: string, pid: number, isV2: boolean): UnitProperty[] {
  const yes: DbusValue = ['b', true];
  return [
    ['Description', ['s', `limpid-runtime container ${id}`]],
    unit.endsWith('.slice') ? ['Wants', ['as', [slice]]] : ['Slice', ['s', slice]],
    // What is below the unit, and the files in it, are ours.
    ...(unit.endsWith('.slice')
      ? []
      : ([
          ['Delegate', yes],
          ['PIDs', ['au', [pid]]],
        ] as UnitProperty[])),
    ['DefaultDependencies', ['b', false]],
    // Else one that ran out of memory would stay as failed, and its name taken.
    ['CollectMode', ['s', 'inactive-or-failed']],
    ['MemoryAccounting', yes],
    ['CPUAccounting', yes],
    ['TasksAccounting', yes],
    [isV2 ? 'IOAccounting' : 'BlockIOAccounting', yes],
  ];
}

/** The limits as systemd knows them: what it does not know is in the cgroup's files alone. */
export function limitProperties(resources: Resources, isV2: boolean): UnitProperty[] {
  const { memory = {}, cpu = {}, pids, blockIO } = resources;
  const properties: UnitProperty[] = [];
  const add = (name: string, value: number | undefined, to = (given: number) => bytesOf(given)): void => {
    if (value !== undefined && value !== 0) properties.push([name, ['t', to(value)]]);
  };
  add(isV2 ? 'MemoryMax' : 'MemoryLimit', memory.limit);
  if (isV2) {
    add('MemoryLow', memory.reservation);
    const { swap, limit = 0 } = memory;
    if (swap !== undefined && swap !== 0)
      properties.push(['MemorySwapMax', ['t', swap < 0 ? INFINITY : BigInt(swap - limit)]]);
  }
  add(isV2 ? 'CPUWeight' : 'CPUShares', cpu.shares, (shares) => BigInt(isV2 ? cpuWeight(shares) : shares));
  if (cpu.quota || cpu.period) properties.push(...quotaProperties(cpu.quota ?? 0, cpu.period || 100_000));
  add('TasksMax', pids?.limit);
  if (!isV2) add('BlockIOWeight', blockIO?.weight);
  if (isV2 && cpu.cpus) properties.push(['AllowedCPUs', ['ay', [...bitMask(cpu.cpus, 'linux.resources.cpu.cpus')]]]);
  if (isV2 && cpu.mems)
    properties.push(['AllowedMemoryNodes', ['ay', [...bitMask(cpu.mems, 'linux.resources.cpu.mems')]]]);
  return properties;
}

function bytesOf(value: number): bigint {
  return value < 0 ? INFINITY : BigInt(value);
}

/** systemd counts a second, in steps of 10 ms: rounded up, so that the kernel's own file is the tighter one. */
function quotaProperties(quotaUs: number, periodUs: number): UnitProperty[] {
  const perSecond = Math.ceil((quotaUs * 1_000_000) / periodUs / QUOTA_STEP_US) * QUOTA_STEP_US;
  return [
    ['CPUQuotaPeriodUSec', ['t', BigInt(periodUs)]],
    ['CPUQuotaPerSecUSec', ['t', quotaUs > 0 ? BigInt(perSecond) : INFINITY]],
  ];
}

const PROPERTY = 'org.systemd.property.';
const NUMBERS: Readonly<Record<string, string>> = { uint64: 't', int64: 'x', uint32: 'u', int32: 'i' };

/** Annotations `org.systemd.property.NAME` hold a value as GVariant text: what the other runtimes understand too. */
export function annotatedProperties(annotations: Readonly<Record<string, string>>): UnitProperty[] {
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(PROPERTY))
    .map(([key, text]) => annotated(key.slice(PROPERTY.length), text));
}

function annotated(name: string, text: string): UnitProperty {
  const inSeconds = /^(.*[^U])Sec$/.exec(name)?.[1];
  const [, type, number] = /^(uint64|int64|uint32|int32) (-?\d+)$/.exec(text) ?? [];
  if (type !== undefined) {
    if (inSeconds === undefined) return [name, [NUMBERS[type]!, BigInt(number!)]];
    return [`${inSeconds}USec`, ['t', BigInt(number!) * 1_000_000n]];
  }
  if (text === 'true' || text === 'false') return [name, ['b', text === 'true']];
  if (/^\d+$/.test(text)) return [name, ['i', BigInt(text)]];
  const quoted = /^'([^']*)'$/.exec(text)?.[1] ?? /^"([^"]*)"$/.exec(text)?.[1];
  if (quoted !== undefined) return [name, ['s', quoted]];
  const list = /^\[(.*)\]$/.exec(text)?.[1];
  if (list !== undefined && /^(?:\s*'[^']*'\s*,?)*$/.test(list))
    return [name, ['as', [...list.matchAll(/'([^']*)'/g)].map(([, one]) => one!)]];
  throw specError(`annotations["${PROPERTY}${name}"]`, `${JSON.stringify(text)} is no value that is understood here`);
}
