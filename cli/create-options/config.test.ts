import { expect, test } from 'bun:test';
import { DEFAULT_CONFIG } from '../../engine/default-config.ts';
import { configOf, configOfLine, failureOf, HOST } from './request.fixture.ts';

test('a config without options', () => {
  expect(configOf()).toEqual({
    id: HOST.id,
    name: 'clear_pascal',
    created: HOST.now,
    image: 'builtin:busybox',
    rootfs: { kind: 'builtin', name: 'busybox' },
    command: ['sleep', '1'],
    env: { http_proxy: 'proxy:3128' },
    labels: {},
    annotations: {},
    hostname: '0123456789ab',
    groups: [],
    umask: 0o22,
    terminal: false,
    interactive: false,
    readOnly: false,
    readOnlyTmpfs: true,
    autoRemove: false,
    init: false,
    privileged: false,
    capAdd: [],
    capDrop: [],
    security: { noNewPrivileges: false, seccomp: 'default', mask: [], unmask: [] },
    namespaces: {
      pid: { kind: 'private' },
      ipc: { kind: 'private' },
      uts: { kind: 'private' },
      cgroup: { kind: 'private' },
      user: { kind: 'host' },
      network: { kind: 'private' },
      time: { kind: 'host' },
    },
    networks: [{ network: 'limpid', aliases: [] }],
    uidMappings: [],
    gidMappings: [],
    mounts: [],
    devices: [],
    deviceRules: [],
    sysctls: {},
    ulimits: [],
    shmSizeBytes: 67108864,
    resources: { pids: { limit: 2048 } },
    log: { driver: 'k8s-file', maxSizeBytes: 0, maxFiles: 1 },
    stopSignal: 15,
    stopTimeoutS: 10,
    timeoutS: 0,
    restart: { policy: 'no', maxRetries: 0 },
    passwdEntries: true,
    because: {
      root: 'builtin:busybox',
      'process.args': 'the command line',
      hostname: 'default: the short id',
      'linux.resources.pids.limit': 'default: --pids-limit 2048',
    },
  });
});

test('the defaults are those of the engine, which leaves a container alone until networks are asked for', () => {
  const { env: _, because: __, ...defaults } = DEFAULT_CONFIG;
  expect(configOf('--network=none')).toMatchObject(defaults as object);
});

test('the example of the issue, with its reasons', () => {
  const config = configOf(
    '--name',
    'lab',
    '--hostname',
    'lab',
    '--memory',
    '128m',
    '--cpus',
    '0.5',
    '--pids-limit',
    '64',
  );
  expect(config.name).toBe('lab');
  expect(config.hostname).toBe('lab');
  expect(config.resources).toEqual({
    memory: { limit: 134217728, swap: 268435456 },
    cpu: { quota: 50000, period: 100000 },
    pids: { limit: 64 },
  });
  expect(config.because).toEqual({
    root: 'builtin:busybox',
    'process.args': 'the command line',
    hostname: '--hostname lab',
    'linux.resources.memory.limit': '--memory 128m',
    'linux.resources.memory.swap': 'default: twice --memory 128m',
    'linux.resources.cpu.quota': '--cpus 0.5',
    'linux.resources.cpu.period': '--cpus 0.5',
    'linux.resources.pids.limit': '--pids-limit 64',
  });
});

test('root file systems', () => {
  expect(configOfLine(['--rootfs', './fs', '/bin/sh', '-c', 'id'])).toMatchObject({
    image: './fs',
    rootfs: { kind: 'directory', path: '/home/me/here/fs' },
    command: ['/bin/sh', '-c', 'id'],
  });
  expect(configOfLine(['host:', 'bash']).rootfs).toEqual({ kind: 'host' });
  expect(configOfLine(['alpine', 'sh'])).toMatchObject({
    image: 'alpine',
    rootfs: { kind: 'image', id: '', digest: '' },
    command: ['sh'],
  });
  expect(() => configOfLine(['/fs'])).toThrow('(hint: for a directory write "--rootfs /fs")');
});

test('the process', () => {
  const config = configOf(
    '-it',
    '-u',
    'daemon:sys',
    '--group-add',
    'a,b',
    '-w',
    '/tmp',
    '--umask',
    '077',
    '--oom-score-adj=-5',
    '--tz=UTC',
  );
  expect(config).toMatchObject({
    terminal: true,
    interactive: true,
    user: 'daemon:sys',
    groups: ['a', 'b'],
    workdir: '/tmp',
    umask: 0o77,
    oomScoreAdj: -5,
    tz: 'UTC',
  });
  expect(config.because['process.user']).toBe('-u daemon:sys');
  expect(config.because['process.terminal']).toBe('-t');
});

test('entry points', () => {
  expect(configOf().entrypoint).toBeUndefined();
  expect(configOf('--entrypoint', '/init').entrypoint).toEqual(['/init']);
  expect(configOf('--entrypoint', '["/bin/sh","-c"]').entrypoint).toEqual(['/bin/sh', '-c']);
  expect(configOf('--entrypoint', '').entrypoint).toEqual([]);
  expect(failureOf('--entrypoint', '["a",1]')).toBe(
    `EOPTION cannot use --entrypoint '["a",1]': a command, or a JSON array of strings, is wanted`,
  );
});

test('variables: later sources win', () => {
  const { env } = configOf(
    '-e',
    'A=0',
    '--env-file',
    'env',
    '-e',
    'LC_*',
    '-e',
    'B=',
    '-e',
    'MISSING',
    '--env-merge',
    'PATH=/x:${PATH}',
  );
  expect(env).toEqual({
    PATH: '/x:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    http_proxy: 'proxy:3128',
    A: '0',
    B: '',
    LANG: 'C.UTF-8',
    LC_ALL: 'C',
    C: '#1',
  });
  expect(configOf('--unsetenv', 'TERM', '--http-proxy=false')).toMatchObject({ env: {}, unsetEnv: ['TERM'] });
  expect(configOf('--unsetenv-all', '--http-proxy=false', '-e', 'A=1')).toMatchObject({
    env: { A: '1' },
    unsetEnv: ['*'],
  });
  expect(configOf('--env-host').env['HOME']).toBe('/root');
  expect(failureOf('-e', '=x')).toBe(
    'EENV cannot set variable "=x" of -e: a name without spaces, "=" and a value are wanted',
  );
  expect(failureOf('--env-file', 'none')).toBe('EFILE cannot read "none": no such file');
});

test('labels, annotations, sysctls', () => {
  const config = configOf(
    '--label',
    'same=flag',
    '-l',
    'x',
    '--label-file',
    'labels',
    '--annotation',
    'a=b=c',
    '--sysctl',
    'net.ipv4.ip_forward=1',
  );
  expect(config.labels).toEqual({ from: 'file', same: 'flag', bare: '', x: '' });
  expect(config.annotations).toEqual({ a: 'b=c' });
  expect(config.sysctls).toEqual({ 'net.ipv4.ip_forward': '1' });
  expect(config.because['linux.sysctl[net.ipv4.ip_forward]']).toBe('--sysctl net.ipv4.ip_forward=1');
});

test('a key may be called __proto__', () => {
  const config = configOf('-l', '__proto__=x', '-e', '__proto__=y', '--http-proxy=false');
  expect(JSON.stringify([config.labels, config.env])).toBe('[{"__proto__":"x"},{"__proto__":"y"}]');
});

test('life', () => {
  const config = configOf(
    '--restart',
    'on-failure:3',
    '--stop-signal',
    'INT',
    '--stop-timeout=3',
    '--timeout=9',
    '--cidfile',
    'id',
    '--pidfile=/p',
  );
  expect(config).toMatchObject({
    restart: { policy: 'on-failure', maxRetries: 3 },
    stopSignal: 2,
    stopTimeoutS: 3,
    timeoutS: 9,
    cidFile: '/home/me/here/id',
    pidFile: '/p',
  });
  expect(
    configOf('--log-driver=json-file', '--log-opt', 'max-size=10m,max-file=3', '--log-opt', 'path=/l').log,
  ).toEqual({
    driver: 'json-file',
    maxSizeBytes: 10485760,
    maxFiles: 3,
    path: '/l',
  });
});

test('restart policies', () => {
  for (const policy of ['no', 'always', 'on-failure', 'unless-stopped'])
    expect(configOf('--restart', policy).restart as object).toEqual({ policy, maxRetries: 0 });
  expect(configOf('--restart=').restart).toEqual({ policy: 'no', maxRetries: 0 });
});

test.each([
  [
    ['--rm', '--restart', 'always'],
    'EOPTION cannot use --rm: it excludes --restart always: a removed container cannot start again',
  ],
  [['--replace'], 'EOPTION cannot use --replace: it needs --name'],
  [
    ['--name', '-x'],
    'EOPTION cannot use name "-x": letters, digits, "_", "." and "-" are wanted, a letter or digit first',
  ],
  [
    ['--name', 'a b'],
    'EOPTION cannot use name "a b": letters, digits, "_", "." and "-" are wanted, a letter or digit first',
  ],
  [['--umask', '9'], 'EOPTION cannot use --umask 9: an octal number such as 0022 is wanted'],
  [['-w', 'tmp'], 'EOPTION cannot use -w tmp: an absolute path is wanted'],
  [
    ['--hostname', 'a b'],
    `EOPTION cannot use --hostname 'a b': at most 64 letters, digits, "-", "_" and "." are wanted`,
  ],
  [
    ['--hostname', 'x', '--uts=host'],
    "EOPTION cannot use --hostname x: it excludes --uts host: the name is not the container's own",
  ],
  [['--shm-size=0'], 'EOPTION cannot use --shm-size 0: a size above 0 is wanted'],
  [
    ['--restart=sometimes'],
    'EOPTION cannot use --restart sometimes: no, always, on-failure[:TIMES] or unless-stopped is wanted',
  ],
  [['--restart=always:3'], 'EOPTION cannot use --restart always:3: only on-failure takes a number of times'],
  [['--restart=on-failure:3x'], 'EOPTION cannot use --restart on-failure:3x: "3x" is no number of times'],
  [['--restart=on-failure:x'], 'EOPTION cannot use --restart on-failure:x: "x" is no number of times'],
  [['--stop-signal=NOPE'], 'EOPTION cannot use --stop-signal NOPE: there is no such signal'],
  [['--log-opt=tag=x'], 'EOPTION cannot use "tag" for --log-opt: max-size, max-file or path is wanted'],
  [
    ['--log-driver=syslog'],
    'EOPTION cannot use "syslog" for --log-driver: must be one of "k8s-file", "json-file", "none"',
  ],
  ...['--os=linux', '--arch=amd64'].map((word): [string[], string] => [
    ['--platform=linux/amd64', word],
    'EOPTION cannot use --platform linux/amd64: it excludes --os and --arch',
  ]),
  [['--arch=arm64'], 'EOPTION cannot use architecture "arm64": this host is x86_64'],
  [['--platform=windows'], 'EOPTION cannot use operating system "windows": containers are Linux'],
  [
    ['--health-cmd=x'],
    'ENOOPTION cannot use "--health-cmd": limpid run has no such option (hint: see "limpid run --help")',
  ],
  [['--label==x'], 'EOPTION cannot use label "=x" of --label: its key is empty'],
  [['--annotation=x'], 'EOPTION cannot use "x" for --annotation: KEY=VALUE is wanted'],
  [['--oom-score-adj=1001'], 'EOPTION cannot use --oom-score-adj 1001: -1000 to 1000 is wanted'],
])('%p fails', (words, message) => {
  expect(failureOf(...words)).toBe(message);
});

test('the platform of this host is accepted', () => {
  expect(configOf('--platform', 'linux/amd64').name).toBe('clear_pascal');
});
