import { LimpidError } from '../../base/error.ts';
import type { Invocation, Handler } from '../parse/command.ts';

type Load = () => Promise<{ readonly handle: Handler<never> }>;

/** What carries each command out, loaded only when it is called. A new handler is one file and one line here. */
const HANDLERS: Readonly<Record<string, Load>> = {
  run: () => import('./run.ts'),
  exec: () => import('./exec.ts'),
  create: () => import('./create.ts'),
  start: () => import('./start.ts'),
  attach: () => import('./attach.ts'),
  stop: () => import('./stop.ts'),
  kill: () => import('./kill.ts'),
  restart: () => import('./restart.ts'),
  pause: () => import('./pause.ts'),
  unpause: () => import('./unpause.ts'),
  rm: () => import('./rm.ts'),
  wait: () => import('./wait.ts'),
  ps: () => import('./ps.ts'),
  top: () => import('./top.ts'),
  port: () => import('./port.ts'),
  stats: () => import('./stats.ts'),
  'system df': () => import('./system-df.ts'),
  'system check': () => import('./system-check.ts'),
  'system prune': () => import('./system-prune.ts'),
  info: () => import('./info.ts'),
  version: () => import('./version.ts'),
  inspect: () => import('./inspect.ts'),
  logs: () => import('./logs.ts'),
  rename: () => import('./rename.ts'),
  'container after-exit': () => import('./container-after-exit.ts'),
  'network resolver': () => import('./network-resolver.ts'),
  'container exists': () => import('./container-exists.ts'),
  'container prune': () => import('./container-prune.ts'),
  pull: () => import('./pull.ts'),
  images: () => import('./images.ts'),
  'image inspect': () => import('./image-inspect.ts'),
  history: () => import('./history.ts'),
  'image tree': () => import('./image-tree.ts'),
  commit: () => import('./commit.ts'),
  diff: () => import('./diff.ts'),
  tag: () => import('./tag.ts'),
  untag: () => import('./untag.ts'),
  rmi: () => import('./rmi.ts'),
  'image prune': () => import('./image-prune.ts'),
  'image exists': () => import('./image-exists.ts'),
  login: () => import('./login.ts'),
  logout: () => import('./logout.ts'),
  search: () => import('./search.ts'),
  'image mount': () => import('./image-mount.ts'),
  'image unmount': () => import('./image-unmount.ts'),
  push: () => import('./push.ts'),
  save: () => import('./save.ts'),
  load: () => import('./load.ts'),
  import: () => import('./import.ts'),
  export: () => import('./export.ts'),
  'manifest create': () => import('./manifest-create.ts'),
  'manifest add': () => import('./manifest-add.ts'),
  'manifest annotate': () => import('./manifest-annotate.ts'),
  'manifest remove': () => import('./manifest-remove.ts'),
  'manifest inspect': () => import('./manifest-inspect.ts'),
  'manifest push': () => import('./manifest-push.ts'),
  'manifest rm': () => import('./manifest-rm.ts'),
  'manifest exists': () => import('./manifest-exists.ts'),
  completion: () => import('./completion.ts'),
  help: () => import('./help.ts'),
};

/** The handler of a command. Throws ENOHANDLER where this build has none. */
export async function loadHandler(name: string): Promise<(invocation: Invocation) => number | Promise<number>> {
  const load = Object.hasOwn(HANDLERS, name) ? HANDLERS[name] : undefined;
  if (load === undefined) {
    throw new LimpidError({
      code: 'ENOHANDLER',
      doing: 'run',
      subject: `"limpid ${name}"`,
      why: 'this build does not have it',
    });
  }
  const { handle } = await load();
  return (invocation) => handle(invocation as never);
}
