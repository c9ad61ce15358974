import type { CommandDefinition } from '../parse/command.ts';

type Load = () => Promise<{ readonly command: CommandDefinition }>;

/** Every command by its name, loaded only when it is called for. */
export const COMMANDS: Readonly<Record<string, Load>> = {
  run: () => import('./run.ts'),
  exec: () => import('./exec.ts'),
  create: () => import('./create.ts'),
  start: () => import('./start.ts'),
  attach: () => import('./attach.ts'),
  ps: () => import('./ps.ts'),
  inspect: () => import('./inspect.ts'),
  logs: () => import('./logs.ts'),
  top: () => import('./top.ts'),
  stats: () => import('./stats.ts'),
  wait: () => import('./wait.ts'),
  stop: () => import('./stop.ts'),
  kill: () => import('./kill.ts'),
  restart: () => import('./restart.ts'),
  pause: () => import('./pause.ts'),
  unpause: () => import('./unpause.ts'),
  rename: () => import('./rename.ts'),
  rm: () => import('./rm.ts'),
  'container exists': () => import('./container-exists.ts'),
  'container prune': () => import('./container-prune.ts'),
  'container after-exit': () => import('./container-after-exit.ts'),
  pull: () => import('./pull.ts'),
  images: () => import('./images.ts'),
  'image inspect': () => import('./image-inspect.ts'),
  history: () => import('./history.ts'),
  'image tree': () => import('./image-tree.ts'),
  tag: () => import('./tag.ts'),
  untag: () => import('./untag.ts'),
  'image exists': () => import('./image-exists.ts'),
  push: () => import('./push.ts'),
  save: () => import('./save.ts'),
  load: () => import('./load.ts'),
  import: () => import('./import.ts'),
  info: () => import('./info.ts'),
  version: () => import('./version.ts'),
  completion: () => import('./completion.ts'),
  help: () => import('./help.ts'),
};

/** The words behind a group's name, with the command that each stands for. */
export const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  container: {
    run: 'run',
    exec: 'exec',
    create: 'create',
    start: 'start',
    attach: 'attach',
    ps: 'ps',
    inspect: 'inspect',
    logs: 'logs',
    top: 'top',
    stats: 'stats',
    wait: 'wait',
    stop: 'stop',
    kill: 'kill',
    restart: 'restart',
    pause: 'pause',
    unpause: 'unpause',
    rename: 'rename',
    rm: 'rm',
    ls: 'ps',
    list: 'ps',
    'after-exit': 'container after-exit',
    exists: 'container exists',
    prune: 'container prune',
  },
  image: {
    push: 'push',
    save: 'save',
    load: 'load',
    import: 'import',
    ls: 'images',
    list: 'images',
    pull: 'pull',
    inspect: 'image inspect',
    history: 'history',
    tree: 'image tree',
    tag: 'tag',
    untag: 'untag',
    exists: 'image exists',
  },
  system: {
    info: 'info',
  },
};

/** All commands as data, in the order of the help. */
export async function loadCommands(): Promise<CommandDefinition[]> {
  const modules = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  return modules.map(({ command }) => command).filter(({ hidden }) => !hidden);
}
