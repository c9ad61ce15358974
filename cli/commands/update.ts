import { LIMIT_OPTIONS } from '../create-options/limit-options.ts';
import { defineCommand } from '../parse/command.ts';
import { containers, LATEST } from './shared-options.ts';

const { 'cgroup-parent': _parent, cgroups: _cgroups, 'oom-kill-disable': _oom, ...limits } = LIMIT_OPTIONS;

/** `limpid update`. */
export const command = defineCommand({
  name: 'update',
  group: 'Change them',
  synopsis: 'Change the limits of containers',
  usage: '[options] CONTAINER [CONTAINER...]',
  description: 'Of those that run at once, and of every later start. What is not named stays as it is.',
  arity: containers('latest'),
  completion: 'container',
  options: { ...limits, 'pids-limit': { ...limits['pids-limit'], default: 0 }, ...LATEST },
  examples: [{ line: 'limpid update --memory 256m --cpus 1.5 lab', says: 'More of both' }],
});
