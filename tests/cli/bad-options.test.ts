import { expect, test } from 'bun:test';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, limpid } = privateWorld();
const cpus = navigator.hardwareConcurrency;
writeFileSync(`${directory}/file`, 'no directory');

/** Options of run, and behind `Error: cannot ` what is said. */
const REFUSED: readonly (readonly [options: string, message: string])[] = [
  ['--memroy 1', 'use "--memroy": limpid run has no such option (hint: did you mean "--memory"?)'],
  ['--gpus all', 'use "--gpus": no driver of graphics cards is known (hint: give the device: --device /dev/dri)'],
  ['-dZ', 'use "-Z" in "-dZ": limpid run has no such option (hint: see "limpid run --help")'],
  ['--rm=maybe', 'use "maybe" for --rm: "true" or "false" is wanted'],
  ['--memory 1', 'use --memory 1: the kernel starts no process in less than 512k'],
  ['--memory 12q', 'use "12q" for --memory: a size such as "128m" is wanted (b, k, m, g, t)'],
  ['--memory -5', 'use "-5" for --memory: a size such as "128m" is wanted (b, k, m, g, t)'],
  ['--memory 1e100', 'use "1e100" for --memory: a size such as "128m" is wanted (b, k, m, g, t)'],
  [
    '--memory 64m --memory-swap 32m',
    'use --memory-swap 32m: memory and swap together cannot be less than --memory 64m',
  ],
  ['--memory-swap 64m', 'use --memory-swap 64m: it needs --memory'],
  ['--shm-size 1x', 'use "1x" for --shm-size: a size such as "128m" is wanted (b, k, m, g, t)'],
  ['--cpus x', 'use "x" for --cpus: a number is wanted'],
  ['--cpus -1', 'use --cpus -1: at least 0.01 is wanted'],
  ['--cpus 1000', `use --cpus 1000: this host has ${cpus} CPUs`],
  ['--cpuset-cpus a-b', 'use --cpuset-cpus a-b: a list such as 0-3,5 is wanted'],
  ['--pids-limit x', 'use "x" for --pids-limit: a whole number is wanted'],
  ['--blkio-weight 5', 'use --blkio-weight 5: 10 to 1000 is wanted'],
  ['--device-read-bps /dev/nosuch:1m', 'use "/dev/nosuch:1m" for --device-read-bps: there is no device "/dev/nosuch"'],
  ['--oom-score-adj 2000', 'use --oom-score-adj 2000: -1000 to 1000 is wanted'],
  ['--cgroup-parent ../x', 'use --cgroup-parent ../x: a path without ".." is wanted'],
  ['--name -x', 'use name "-x": letters, digits, "_", "." and "-" are wanted, a letter or digit first'],
  [`--name ${'n'.repeat(256)}`, 'use a name of 256 characters: at most 255 are wanted'],
  ['--name a/b', 'use name "a/b": letters, digits, "_", "." and "-" are wanted, a letter or digit first'],
  ['--hostname a/b', 'use --hostname a/b: at most 64 letters, digits, "-", "_" and "." are wanted'],
  [
    '--user bob',
    `find user "bob": the root file system's /etc/passwd has no valid entry of this name (hint: a number works without an entry)`,
  ],
  [
    '--user 0:bob',
    `find group "bob": the root file system's /etc/group has no valid entry of this name (hint: a number works without an entry)`,
  ],
  ['--user -1', 'understand user "-1": ids are decimal, from 0 to 2147483647'],
  ['--workdir relative', 'use --workdir relative: an absolute path is wanted'],
  ['--umask 99', 'use --umask 99: an octal number such as 0022 is wanted'],
  ['-e =x', 'set variable "=x" of -e: a name without spaces, "=" and a value are wanted'],
  ['--env-file /nonexistent', 'read "/nonexistent": there is no such file'],
  [
    '-v /nonexistent:/x',
    'mount "/nonexistent": there is no such file or directory on this host (hint: create it first, or name a volume without a slash)',
  ],
  ['-v /tmp:x', 'use -v /tmp:x: the place inside, "x", is not an absolute path'],
  ['-v /tmp:/x:bogus', 'use "bogus" in -v /tmp:/x:bogus: a bind mount has no such option'],
  ['-v a:b:c:d', 'use -v a:b:c:d: [SOURCE:]DEST[:OPTIONS] is wanted'],
  [
    '--mount type=foo,target=/x',
    'use --mount type=foo,target=/x: the type must be one of bind, tmpfs, volume, image, ramfs, devpts, mqueue',
  ],
  ['--tmpfs /x:size=zz', 'use "size=zz" in --tmpfs /x:size=zz: a tmpfs mount has no such option'],
  ['--device /dev/nosuch', 'give device "/dev/nosuch": there is no such device on this host'],
  ['--device /etc/passwd', 'give device "/etc/passwd": it is no device'],
  [
    '--cap-add NOPE',
    'parse capability "NOPE": Linux has no capability of that name (hint: names are as in capabilities(7), such as NET_ADMIN or CAP_NET_ADMIN)',
  ],
  [
    '--ulimit foo=1',
    'use "foo" for --ulimit: Linux has no limit of that name (hint: names are as in "nofile", "nproc", "core")',
  ],
  ['--ulimit nofile=10:5', 'use "nofile=10:5" for --ulimit: the soft limit is above the hard one'],
  ['--sysctl kernel.panic=1', 'set sysctl "kernel.panic": it belongs to no namespace, so it would change the host'],
  ['--sysctl foo', 'use "foo" for --sysctl: KEY=VALUE is wanted'],
  ['--security-opt foo', 'use --security-opt foo: there is no such security option (hint: see "limpid run --help")'],
  ['--security-opt seccomp=/nonexistent', 'read seccomp profile "/nonexistent": there is no such file'],
  ['--security-opt seccomp=/etc/passwd', 'read seccomp profile "/etc/passwd": it is not JSON'],
  ['--network container:none1', 'find container "none1": there is no such container (hint: `limpid ps -a` lists all)'],
  ['--pid x', 'use --pid x: private, host, container:NAME or ns:PATH is wanted'],
  ['--ipc x', 'use --ipc x: private, shareable, none, host, container:NAME or ns:PATH is wanted'],
  ['--userns private', 'use --userns private: no user numbers are mapped (hint: give --uidmap 0:100000:65536)'],
  ['--restart sometimes', 'use --restart sometimes: no, always, on-failure[:TIMES] or unless-stopped is wanted'],
  ['--restart always --rm', 'use --rm: it excludes --restart always: a removed container cannot start again'],
  ['--log-driver journald', 'use "journald" for --log-driver: must be one of "k8s-file", "json-file", "none"'],
  ['--log-opt max-size=x', 'use "max-size=x" for --log-opt: a size such as "10m" is wanted'],
  ['--stop-signal FOO', 'use --stop-signal FOO: there is no such signal'],
  [
    '--detach-keys foo',
    'read --detach-keys "foo": "foo" is no key (hint: write characters or ctrl-X, with commas between: ctrl-p,ctrl-q)',
  ],
  ['--show soul', 'use "soul" for --show: must be one of "config", "spec", "plan", "script"'],
];

for (const [options, message] of REFUSED) {
  test(`run ${options}`, async () => {
    const { code, out, err } = await limpid('run', ...options.split(' '), BUSYBOX, 'true');
    expect({ code, out, err }).toEqual({ code: 125, out: '', err: `Error: cannot ${message}\n` });
  });
}

const IMAGES: readonly (readonly [words: readonly string[], message: string])[] = [
  [
    ['builtin:nope'],
    'use image "builtin:nope": there is no such built-in root file system (hint: there is builtin:busybox)',
  ],
  [
    ['--pull', 'never', 'nosuch'],
    'find image "nosuch": it is not known here (hint: `limpid images` lists all, `limpid pull` gets another)',
  ],
  [['--rootfs', ''], 'use --rootfs "": a directory is wanted'],
  [['--rootfs', '/nonexistent'], 'use root file system "/nonexistent": there is no such directory'],
  [['--rootfs', `${directory}/file`], `use root file system "${directory}/file": it is a file, not a directory`],
];

for (const [words, message] of IMAGES) {
  test(`run ${words.join(' ').replace(directory, '')}`, async () => {
    const { code, out, err } = await limpid('run', ...words, 'true');
    expect({ code, out, err }).toEqual({ code: 125, out: '', err: `Error: cannot ${message}\n` });
  });
}

const NOT_FOUND = 'find container "nope": there is no such container (hint: `limpid ps -a` lists all)';

const COMMANDS: readonly (readonly [words: string, message: string])[] = [
  ['rn', 'run "limpid rn": there is no such command (hint: did you mean "limpid run"?)'],
  ['run', 'run "limpid run": an image is missing (hint: see "limpid run --help")'],
  ['exec', 'run "limpid exec": a container, or a command for it, is missing (hint: name one, or give --latest)'],
  ['rm', 'run "limpid rm": a container is missing (hint: name one, or give --all, --latest, --cidfile, --filter)'],
  ['ps extra', 'run "limpid ps": it takes no arguments, got "extra"'],
  ['--root', 'use "--root": it needs a value (hint: see "limpid --help")'],
  [
    'ps --filter bogus=1',
    'filter by "bogus=1": it is no filter (hint: write KEY=VALUE with id, name, status, exited, ancestor, label, label!, before, since, until, volume, network)',
  ],
  [
    'ps --filter status=bogus',
    'filter by "status=bogus": it is no filter (hint: a status is one of created, running, paused, stopping, exited)',
  ],
  ['ps --filter exited=x', 'filter by "exited=x": it is no filter (hint: an exit code is a number)'],
  ['ps --filter id=[', 'filter by "id=[": it is no filter (hint: write a regular expression)'],
  ['stop -a -l', 'use --all: it excludes --latest'],
  ['ps -l -n 2', 'use --last: it excludes --latest'],
  [
    'ps --sort x',
    'use "x" for --sort: must be one of "command", "created", "id", "image", "names", "runningfor", "size", "status"',
  ],
  ['ps --format {{.Names', 'use format "{{.Names": template: ps:1: unclosed action'],
  [
    'wait --condition foo x',
    'use "foo" for --condition: must be one of "created", "exited", "paused", "running", "stopped"',
  ],
  ['kill -s FOO x', 'send signal "FOO": there is no such signal'],
  ...['start', 'stop', 'kill', 'pause', 'unpause', 'wait', 'top', 'logs', 'attach', 'restart'].map(
    (command) => [`${command} nope`, NOT_FOUND] as const,
  ),
  ['exec nope true', NOT_FOUND],
  ['rename nope other', NOT_FOUND],
  ['stats --no-stream nope', NOT_FOUND],
  ['stats --interval 0', 'use --interval 0: at least 1 is wanted'],
];

for (const [words, message] of COMMANDS) {
  test(`limpid ${words}`, async () => {
    const { code, out, err } = await limpid(...words.split(' '));
    expect({ code, out, err }).toEqual({ code: 125, out: '', err: `Error: cannot ${message}\n` });
  });
}

test('nothing was created by any of them', async () => {
  expect((await limpid('ps', '-aq')).out).toBe('');
  for (const path of ['root/containers', 'run/containers', 'run/names']) {
    expect(existsSync(`${directory}/${path}`) ? readdirSync(`${directory}/${path}`) : []).toEqual([]);
  }
});
