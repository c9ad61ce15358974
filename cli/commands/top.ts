import { defineCommand } from '../parse/command.ts';
import { LATEST } from './shared-options.ts';

/** `limpid top`. */
export const command = defineCommand({
  name: 'top',
  group: 'Look at them',
  synopsis: 'Show the processes of a container',
  usage: '[options] CONTAINER [COLUMN...|PS-OPTION...]',
  description:
    'Columns: args, capamb, capbnd, capeff, capinh, capprm, comm, etime, group, hgroup, hpid, huser, nice, pcpu, pid, ppid, rss, ' +
    'seccomp, state, time, tty, user, vsz; or the codes of ps(1), such as %C. Those that begin with h are seen from the host. ' +
    'Options of ps(1), such as -ef or aux, are for the ps that is in the container.',
  arity: { min: 1, what: 'a container', instead: { latest: { min: 0 } } },
  stopAtFirstArgument: true,
  completion: 'container',
  options: { ...LATEST },
  examples: [{ line: 'limpid top lab pid seccomp args', says: 'Columns of your choice' }],
});
