import type { Resources } from '../../spec/runtime.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

type Cpu = NonNullable<Resources['cpu']>;
const PERIOD_US = 100_000;
// The kernel's bounds of cpu.cfs_period_us and cpu.cfs_quota_us.
const LEAST_US = 1_000;
const LONGEST_PERIOD_US = 1_000_000;

/** The runtime spec's `linux.resources.cpu`. Times are microseconds. */
export function translateCpu(request: CreateRequest): Cpu {
  const { options } = request;
  const cpu: Cpu = { ...translateCpus(request), ...translateQuota(request), ...translateRealTime(request) };
  const shares = options['cpu-shares'];
  if (shares !== undefined && shares !== 0) {
    if (shares < 2 || shares > 262_144) throw optionError(request.flag('cpu-shares'), '2 to 262144 is wanted');
    cpu.shares = shares;
    request.because('linux.resources.cpu.shares', 'cpu-shares');
  }
  for (const [field, name] of [
    ['cpus', 'cpuset-cpus'],
    ['mems', 'cpuset-mems'],
  ] as const) {
    const list = options[name];
    if (list === undefined || list === '') continue;
    if (!isCpuList(list)) throw optionError(request.flag(name), 'a list such as 0-3,5 is wanted');
    cpu[field] = list;
    request.because(`linux.resources.cpu.${field}`, name);
  }
  return cpu;
}

function translateCpus(request: CreateRequest): Cpu {
  const { options, host } = request;
  const { cpus } = options;
  if (cpus === undefined || cpus === 0) return {};
  const rival = (['cpu-period', 'cpu-quota'] as const).find((name) => request.given(name));
  if (rival !== undefined) throw optionError(request.flag('cpus'), `it excludes ${request.flag(rival)}`);
  const least = LEAST_US / PERIOD_US;
  if (!(cpus >= least)) throw optionError(request.flag('cpus'), `at least ${least} is wanted`);
  if (cpus > host.hostCpus) {
    throw optionError(request.flag('cpus'), `this host has ${host.hostCpus} ${host.hostCpus === 1 ? 'CPU' : 'CPUs'}`);
  }
  request.because('linux.resources.cpu.quota', 'cpus');
  request.because('linux.resources.cpu.period', 'cpus');
  return { quota: Math.round(cpus * PERIOD_US), period: PERIOD_US };
}

function translateQuota(request: CreateRequest): Cpu {
  const { 'cpu-period': period, 'cpu-quota': quota } = request.options;
  const cpu: Cpu = {};
  if (period !== undefined && period !== 0) {
    if (period < LEAST_US || period > LONGEST_PERIOD_US) {
      throw optionError(request.flag('cpu-period'), `${LEAST_US} to ${LONGEST_PERIOD_US} is wanted`);
    }
    cpu.period = period;
    request.because('linux.resources.cpu.period', 'cpu-period');
  }
  if (quota !== undefined && quota !== 0) {
    if (quota < LEAST_US && quota !== -1)
      throw optionError(request.flag('cpu-quota'), `at least ${LEAST_US}, or -1, is wanted`);
    cpu.quota = quota;
    request.because('linux.resources.cpu.quota', 'cpu-quota');
  }
  return cpu;
}

function translateRealTime(request: CreateRequest): Cpu {
  const { 'cpu-rt-period': period, 'cpu-rt-runtime': runtime } = request.options;
  const cpu: Cpu = {};
  if (period !== undefined && period !== 0) {
    cpu.realtimePeriod = period;
    request.because('linux.resources.cpu.realtimePeriod', 'cpu-rt-period');
  }
  if (runtime !== undefined && runtime !== 0) {
    if (period !== undefined && runtime > period)
      throw optionError(request.flag('cpu-rt-runtime'), `it is more than ${request.flag('cpu-rt-period')}`);
    cpu.realtimeRuntime = runtime;
    request.because('linux.resources.cpu.realtimeRuntime', 'cpu-rt-runtime');
  }
  return cpu;
}

/** The kernel's list format (cpuset(7)): `0-3,5`, each range upwards. */
function isCpuList(text: string): boolean {
  return text.split(',').every((part) => {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    return match !== null && (match[2] === undefined || Number(match[1]) <= Number(match[2]));
  });
}
