import type { IntelRdt, Resources } from '../../spec/runtime.ts';
import { parseSize } from '../../base/size.ts';
import { defineOptions, type OptionValues } from '../parse/option.ts';
import { optionError } from '../parse/option-error.ts';

/** The names that runc and crun know. */
export const UPDATE_OPTIONS = defineOptions({
  'blkio-weight': { type: 'uint', value: 'NUMBER', help: 'Weight of its I/O, 10 to 1000' },
  'cpu-period': { type: 'uint', value: 'MICROSECONDS', help: 'Length of a CPU period' },
  'cpu-quota': { type: 'int', value: 'MICROSECONDS', help: 'CPU time in a period' },
  'cpu-burst': { type: 'uint', value: 'MICROSECONDS', help: 'CPU time that may be saved up' },
  'cpu-share': { type: 'uint', aliases: ['cpu-shares'], value: 'NUMBER', help: 'Share of the CPU' },
  'cpu-rt-period': { type: 'uint', value: 'MICROSECONDS', help: 'Length of a realtime period' },
  'cpu-rt-runtime': { type: 'int', value: 'MICROSECONDS', help: 'Realtime in a period' },
  'cpu-idle': { type: 'int', value: '0|1', help: 'Only when the CPU is idle' },
  'cpuset-cpus': { type: 'string', value: 'LIST', help: 'CPUs that it may use' },
  'cpuset-mems': { type: 'string', value: 'LIST', help: 'Memory nodes that it may use' },
  'kernel-memory': { type: 'string', value: 'BYTES', help: 'Limit of kernel memory (v1)' },
  'kernel-memory-tcp': { type: 'string', value: 'BYTES', help: 'Limit of memory for TCP (v1)' },
  'l3-cache-schema': { type: 'string', value: 'SCHEMA', help: 'Which parts of the L3 cache it may fill (resctrl)' },
  'mem-bw-schema': { type: 'string', value: 'SCHEMA', help: 'Its bandwidth to memory (resctrl)' },
  memory: { type: 'string', value: 'BYTES', help: 'Limit of memory' },
  'memory-reservation': { type: 'string', value: 'BYTES', help: 'Memory that is left to it' },
  'memory-swap': { type: 'string', value: 'BYTES', help: 'Limit of memory and swap together' },
  'pids-limit': { type: 'int', value: 'NUMBER', help: 'Limit of processes' },
});

type UpdateValues = OptionValues<typeof UPDATE_OPTIONS>;

/** The flags as `linux.resources`; undefined where schemata alone are asked for, as of a container without a cgroup. */
export function limitsOf(flags: UpdateValues): Resources | undefined {
  const schemata = Object.keys(schemataOf(flags)).length;
  return schemata > 0 && Object.keys(present(flags)).length === schemata ? undefined : resourcesOf(flags);
}

/** With nothing in it that was not said. */
function resourcesOf(flags: UpdateValues): Resources {
  const memory = present({
    limit: bytes('--memory', flags.memory),
    reservation: bytes('--memory-reservation', flags['memory-reservation']),
    swap: bytes('--memory-swap', flags['memory-swap']),
    kernel: bytes('--kernel-memory', flags['kernel-memory']),
    kernelTCP: bytes('--kernel-memory-tcp', flags['kernel-memory-tcp']),
  });
  const cpu = present({
    period: flags['cpu-period'],
    quota: flags['cpu-quota'],
    burst: flags['cpu-burst'],
    shares: flags['cpu-share'],
    realtimePeriod: flags['cpu-rt-period'],
    realtimeRuntime: flags['cpu-rt-runtime'],
    idle: flags['cpu-idle'],
    cpus: flags['cpuset-cpus'],
    mems: flags['cpuset-mems'],
  });
  const weight = flags['blkio-weight'];
  const limit = flags['pids-limit'];
  return {
    memory,
    cpu,
    ...(weight === undefined ? {} : { blockIO: { weight } }),
    ...(limit === undefined ? {} : { pids: { limit } }),
  };
}

/** The flags as `linux.intelRdt`. */
export function schemataOf(flags: UpdateValues): IntelRdt {
  return present({ l3CacheSchema: flags['l3-cache-schema'], memBwSchema: flags['mem-bw-schema'] });
}

function present<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

/** As Docker's units read them; -1 for none. */
function bytes(flag: string, word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const value = word === '-1' ? -1 : parseSize(word);
  if (value === undefined)
    throw optionError(`${JSON.stringify(word)} for ${flag}`, 'a size such as "128m" is wanted, or -1');
  return value;
}
