import { DEFAULT_CONFIG } from '../../engine/default-config.ts';
import { groupOptions } from '../parse/option.ts';

/** What it may use up. */
export const LIMIT_OPTIONS = groupOptions('Its limits', {
  memory: { type: 'bytes', short: 'm', value: 'SIZE', help: 'Memory limit, such as 128m' },
  'memory-swap': {
    type: 'string',
    value: 'SIZE',
    help: 'Limit of memory and swap together; -1 for none (default twice --memory)',
  },
  'memory-reservation': { type: 'bytes', value: 'SIZE', help: 'Memory that is left to it when the host runs short' },
  'memory-swappiness': {
    type: 'int',
    default: -1,
    value: 'NUMBER',
    help: 'How readily its memory is swapped out (0 to 100)',
  },
  'oom-kill-disable': { type: 'bool', help: 'Let it wait for memory instead of killing it (cgroup v1)' },
  cpus: { type: 'float', value: 'NUMBER', help: 'How many CPUs it may use, such as 0.5' },
  'cpu-shares': { type: 'uint', short: 'c', value: 'NUMBER', help: 'Its weight when CPUs are short (default 1024)' },
  'cpu-period': { type: 'uint', value: 'MICROSECONDS', help: 'Period in which --cpu-quota holds' },
  'cpu-quota': { type: 'int', value: 'MICROSECONDS', help: 'CPU time in a period' },
  'cpu-rt-period': { type: 'uint', value: 'MICROSECONDS', help: 'Period in which --cpu-rt-runtime holds' },
  'cpu-rt-runtime': { type: 'int', value: 'MICROSECONDS', help: 'Real-time CPU time in a period' },
  'cpuset-cpus': { type: 'string', value: 'LIST', help: 'CPUs that it may run on, such as 0-3,5' },
  'cpuset-mems': { type: 'string', value: 'LIST', help: 'Memory nodes that it may use' },
  'pids-limit': {
    type: 'int',
    default: DEFAULT_CONFIG.resources.pids.limit,
    value: 'NUMBER',
    help: 'How many processes and threads; -1 for no limit',
  },
  'blkio-weight': { type: 'uint', value: 'NUMBER', help: 'Its weight for disks (10 to 1000)' },
  'blkio-weight-device': { type: 'slice', value: 'DEVICE:WEIGHT', help: 'The same for one disk' },
  'device-read-bps': { type: 'slice', value: 'DEVICE:SIZE', help: 'Bytes it may read from a disk each second' },
  'device-write-bps': { type: 'slice', value: 'DEVICE:SIZE', help: 'Bytes it may write to a disk each second' },
  'device-read-iops': { type: 'slice', value: 'DEVICE:NUMBER', help: 'Reads from a disk each second' },
  'device-write-iops': { type: 'slice', value: 'DEVICE:NUMBER', help: 'Writes to a disk each second' },
  'cgroup-conf': {
    type: 'slice',
    value: 'FILE=VALUE',
    help: 'Write to a file of its cgroup v2, such as memory.high=100M',
  },
  'cgroup-parent': { type: 'string', value: 'PATH', help: 'The cgroup below which its own is made' },
  cgroups: {
    type: 'string',
    default: 'enabled',
    choices: ['enabled'],
    value: 'MODE',
    help: 'Only enabled: by its cgroup it is found, frozen and measured',
  },
});
