import { defineCommand } from '../parse/command.ts';
import { LATEST } from './shared-options.ts';

/** `limpid top`. */
export const command = defineCommand({
  name: 'top',
  group: 'Look at them',
  synopsis: 'Show the processes of a container',
  usage: '[options] CONTAINER [COLUMN...]',
  description:
    'Columns: args, capamb, capbnd, capeff, capinh, capprm, comm, etime, group, groups, hgroup, hgroups, hpid, huser, label, ' +
    'nice, pcpu, pgid, pid, ppid, rgroup, rss, ruser, seccomp, state, stime, time, tty, user, vsz.',
  arity: { min: 1, what: 'a container', instead: { latest: { min: 0 } } },
  stopAtFirstArgument: true,
  completion: 'container',
  options: { ...LATEST },
  examples: [{ line: 'limpid top lab pid seccomp args', says: 'Columns of your choice' }],
});
