import { expect, test } from 'bun:test';
import { describeCompletion } from '../help/completion.ts';
import { describeCommand } from '../help/command-help.ts';
import { commandPage } from '../help/man-page.ts';
import { COMMANDS, GROUPS, loadCommands } from './index.ts';

const commands = await loadCommands();
const byName = new Map(commands.map((command) => [command.name, command]));

test('every command is found under its own name, and shown unless it is hidden', async () => {
  const shown: string[] = [];
  for (const [name, load] of Object.entries(COMMANDS)) {
    const { command } = await load();
    expect(command.name).toBe(name);
    if (command.hidden !== true) shown.push(name);
  }
  expect([...byName.keys()]).toEqual(shown);
  for (const name of Object.values(GROUPS).flatMap((words) => Object.values(words))) {
    expect(Object.keys(COMMANDS)).toContain(name);
  }
});

test.each(commands.map((command) => [command.name, command] as const))('%s is well-formed', (_, command) => {
  const shorts = Object.values(command.options).flatMap(({ short }) => short ?? []);
  expect(new Set(shorts).size).toBe(shorts.length);
  for (const [name, { short, help }] of Object.entries(command.options)) {
    expect(name).toMatch(/^[a-z][a-z0-9-]+$/);
    expect(short ?? 'a').toHaveLength(1);
    expect(help).toMatch(/[^.]$/);
  }
  expect(command.synopsis).toMatch(/[^.]$/);
  expect(command.examples.length).toBeGreaterThan(0);
  for (const { line } of command.examples) expect(line).toContain('limpid ');
  for (const option of Object.keys(command.arity.instead ?? {})) expect(Object.keys(command.options)).toContain(option);
});

/** Long options and shorthands that podman has for these commands, as `podman COMMAND --help` prints them. */
const PODMAN_SHORTS: Readonly<Record<string, string>> = {
  run: 'P:publish-all a:attach c:cpu-shares d:detach e:env h:hostname i:interactive l:label m:memory p:publish q:quiet t:tty u:user v:volume w:workdir',
  exec: 'd:detach e:env i:interactive l:latest t:tty u:user w:workdir',
  ps: 'a:all f:filter n:last l:latest q:quiet s:size w:watch',
  logs: 'f:follow l:latest n:names t:timestamps',
  rm: 'a:all f:force i:ignore l:latest t:time v:volumes',
  stop: 'a:all f:filter i:ignore l:latest s:signal t:time',
  start: 'a:attach f:filter i:interactive l:latest',
  kill: 'a:all l:latest s:signal',
  stats: 'a:all i:interval l:latest',
  inspect: 'f:format l:latest s:size t:type',
  wait: 'i:interval l:latest',
  pull: 'a:all-tags q:quiet',
  images: 'a:all f:filter n:noheading q:quiet',
  rmi: 'a:all f:force i:ignore',
  commit: 'a:author c:change f:format m:message p:pause q:quiet s:squash',
  history: 'H:human q:quiet',
  diff: 'l:latest',
  'system df': 'v:verbose',
  'image prune': 'a:all f:force',
  'image inspect': 'f:format',
  'system prune': 'a:all f:force',
  'image mount': 'a:all',
  'image unmount': 'a:all f:force',
  push: 'f:format q:quiet',
  save: 'm:multi-image-archive o:output q:quiet',
  load: 'i:input q:quiet',
  import: 'c:change m:message q:quiet',
  export: 'o:output',
  login: 'p:password u:username v:verbose',
  logout: 'a:all',
  search: 'f:filter',
  'manifest create': 'a:amend',
  'manifest push': 'f:format q:quiet',
};

test.each(Object.entries(PODMAN_SHORTS))("%s has podman's short options", (name, shorts) => {
  const options = Object.entries(byName.get(name)!.options);
  const ours = options.flatMap(([long, { short }]) => (short === undefined ? [] : [`${short}:${long}`]));
  expect(ours.sort()).toEqual(shorts.split(' ').sort());
});

test('the help of rm', () => {
  expect(describeCommand(byName.get('rm')!)).toBe(`Remove containers

Usage:
  limpid rm [options] CONTAINER [CONTAINER...]

Its exit code is 1 where there is no such container and nothing else fails, 2 where one is running
or paused, and 125 for any other failure.

Example:
  # Whether it runs or not
  limpid rm -f lab

Options:
  -a, --all               All containers
      --cidfile FILE      Read the id of a container from a file
      --filter KEY=VALUE  Only containers with this property, such as status=exited
  -f, --force             Also those that are running
  -i, --ignore            Do not mind containers that are not there
  -l, --latest            The container that was created last
  -t, --time SECONDS      With --force, how long to wait before killing it
  -v, --volumes           Remove its volumes without a name too
`);
});

test('no line of help is wider than a terminal of 120', () => {
  for (const command of commands) {
    for (const line of describeCommand(command).split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  }
});

test('man pages escape what roff would read', () => {
  const page = commandPage(byName.get('rm')!);
  expect(page).toStartWith('.TH LIMPID-RM 1 "" "limpid" "User Commands"\n.SH NAME\nlimpid-rm \\- Remove containers\n');
  expect(page).toContain('.TP\n\\fB\\-t\\fR, \\fB\\-\\-time\\fR SECONDS\nWith \\-\\-force, how long');
});

test('completions know every visible option of every command', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = describeCompletion(shell, commands);
    for (const [name, { hidden }] of commands.flatMap(({ options }) => Object.entries(options))) {
      if (hidden !== true) expect(script).toContain(shell === 'fish' ? `-l ${name}` : `--${name}`);
    }
  }
  expect(() => describeCompletion('csh', commands)).toThrow(
    'cannot complete for shell "csh": bash, zsh or fish is wanted',
  );
});

test.each([
  [['limpid', 'ru'], ['run']],
  [['limpid', 'container', 'pr'], ['prune']],
  [
    ['limpid', 'run', '--cpus'],
    ['--cpus', '--cpuset-cpus', '--cpuset-mems'],
  ],
  [['limpid', 'run', '--log-driver', 'j'], ['json-file']],
  [
    ['limpid', 'container', 'kill', '-s', 'US'],
    ['USR1', 'USR2'],
  ],
])('bash completes %p', (words, wanted) => {
  const script = `${describeCompletion('bash', commands)}
COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _limpid; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = Bun.spawnSync(['bash', '-c', script]);
  expect(stderr.toString()).toBe('');
  expect(stdout.toString().trim().split('\n').sort()).toEqual(wanted);
});
