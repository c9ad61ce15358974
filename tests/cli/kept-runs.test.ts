/** The same `run` again: from its third time on by a kept plan, and nobody can tell by anything but the time it takes. */
import { expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { TestHost } from '../kernel/test-hosts.ts';
import { BUSYBOX, privateWorld, type RunOptions } from './limpid.ts';
import { kill } from '../kill.ts';
import { until } from './until.ts';

const { directory, limpid, limpidWith, says } = privateWorld();
const RUN = ['run', '--rm', '--network', 'none'];

/** Whether these words go by a kept plan now; runs them once more. */
async function goesKept(words: readonly string[], options: RunOptions = {}): Promise<boolean> {
  const { err } = await limpidWith({ ...options, env: { ...options.env, LIMPID_TRACE: '1' } }, ...words);
  expect(err).toContain('container started');
  return err.includes('kept plan found');
}

function keptFiles(): string[] {
  return readdirSync(`${directory}/run/kept`).map((name) => `${directory}/run/kept/${name}`);
}

/** The processes of this world's guard. */
function guards(): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${directory}/run/guard/batch\0`);
    } catch {
      return false;
    }
  });
}

/** Runs them often enough for them to be kept. */
async function settle(words: readonly string[]): Promise<void> {
  for (let time = 0; time < 2; time++) expect((await limpid(...words)).code).toBe(0);
  expect(await goesKept(words)).toBe(true);
}

test('each is a container of its own', async () => {
  const words = ['run', '-d', '--network', 'none', '-m', '64m', BUSYBOX, 'sh', '-c', 'echo $HOSTNAME; exec sleep 60'];
  const ids: string[] = [];
  for (let time = 0; time < 4; time++) ids.push(await says(...words));
  expect(readdirSync(`${directory}/run/kept`)).toHaveLength(1);
  const documents = JSON.parse(await says('inspect', ...ids)) as Record<string, unknown>[];
  expect(new Set(documents.map(({ Name }) => Name)).size).toBe(4);
  for (const [index, id] of ids.entries()) expect(await says('logs', id)).toBe(ids[index]!.slice(0, 12));
  const [whole, , , kept] = documents.map((document, index) => {
    const own = [ids[index]!, ids[index]!.slice(0, 12), document['Name'] as string];
    const text = own.reduce((rest, word) => rest.replaceAll(word, '*'), JSON.stringify(document));
    return text
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/"(ConmonPid|MonitorPid|Pid|SandboxKey|PidFile)":("[^"]*"|\d+)/g, '"$1":0')
      .replaceAll(/\[\d+\]/g, '[INODE]');
  });
  expect(kept).toBe(whole!);
  await says('rm', '-f', ...ids);
});

test('streams, exit codes and clean-up are as ever', async () => {
  const words = [...RUN, '-i', BUSYBOX, 'sh', '-c', 'cat; echo error >&2; exit 7'];
  for (let time = 0; time < 3; time++) {
    expect(await limpidWith({ input: 'a line\n' }, ...words)).toEqual({ code: 7, out: 'a line\n', err: 'error\n' });
  }
  expect(readdirSync(`${directory}/root/containers`)).toEqual([]);
  expect(await says('ps', '-aq')).toBe('');
});

test('what fails is told as the first time', async () => {
  const words = ['run', '--network', 'none', '--name', 'taken', BUSYBOX, 'sleep', '60'];
  for (let time = 0; time < 2; time++) {
    await says('run', '-d', ...words.slice(1));
    const { code, err } = await limpid(...words);
    expect(code).toBe(125);
    expect(err).toMatch(
      /^Error: cannot create container "taken": the name is in use by container [0-9a-f]{12} \(hint: /,
    );
    await says('rm', '-f', 'taken');
  }
  const missing = [...RUN, BUSYBOX, 'no-such-program'];
  const first = await limpid(...missing);
  expect(first.code).toBe(127);
  for (let time = 0; time < 3; time++) expect(await limpid(...missing)).toEqual(first);
});

test('a name in use is told by a kept plan too', async () => {
  const words = ['run', '-d', '--network', 'none', '--name', 'held', BUSYBOX, 'sleep', '60'];
  for (let time = 0; time < 3; time++) {
    await says(...words);
    if (time < 2) await says('rm', '-f', 'held');
  }
  const { code, err } = await limpid(...words);
  expect({ code, err }).toEqual({
    code: 125,
    err: expect.stringMatching(
      /^Error: cannot create container "held": the name is in use by container [0-9a-f]{12} \(/,
    ),
  });
  await says('rm', '-f', 'held');
});

test('other limits of the caller, other proxies and another host name are other inputs', async () => {
  const words = [...RUN, BUSYBOX, 'sh', '-c', 'ulimit -Hn; echo $http_proxy'];
  await settle(words);
  const { out } = await limpid(...words);
  const limited = { through: ['prlimit', '--nofile=777:777'] };
  expect((await limpidWith(limited, ...words)).out).toBe('777\n\n');
  // What was kept just now goes anywhere; the other way round the kernel may refuse to raise a limit.
  expect((await limpid(...words)).out).toBe(out);
  await settle(words);
  const proxied = { env: { http_proxy: 'http://192.0.2.1:3128' } };
  expect((await limpidWith(proxied, ...words)).out).toEndWith('http://192.0.2.1:3128\n');
});

test('users of the root file system are looked up anew when they change', async () => {
  const words = [...RUN, '--user', 'newcomer', BUSYBOX, 'id', '-u'];
  const [builtin] = readdirSync(`${directory}/root/builtin`);
  const passwd = `${directory}/root/builtin/${builtin}/etc/passwd`;
  const text = await Bun.file(passwd).text();
  try {
    writeFileSync(passwd, `${text}newcomer:x:4242:4242::/:/bin/sh\n`);
    await settle(words);
    writeFileSync(passwd, `${text}newcomer:x:4243:4243::/:/bin/sh\n`);
    expect((await limpid(...words)).out).toBe('4243\n');
  } finally {
    writeFileSync(passwd, text);
  }
});

test('without the directory of kept plans all goes on', async () => {
  const words = [...RUN, BUSYBOX, 'echo', 'again'];
  await settle(words);
  await Bun.$`rm -r ${directory}/run/kept`;
  expect(await limpid(...words)).toEqual({ code: 0, out: 'again\n', err: '' });
  expect(existsSync(`${directory}/run/kept`)).toBe(true);
});

test('a damaged one is as good as none', async () => {
  const words = [...RUN, BUSYBOX, 'echo', 'whole'];
  await settle(words);
  const path = keptFiles().find((file) => readFileSync(file).includes('\0whole\0'))!;
  const whole = readFileSync(path);
  const cuts = Array.from({ length: 12 }, (_, index) => Math.floor((whole.length * (index + 1)) / 13));
  for (const size of [...cuts, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, size));
    expect({ size, ...(await limpid(...words)) }).toEqual({ size, code: 0, out: 'whole\n', err: '' });
  }
  // The length of a part, and the number of facts, beyond the end.
  for (const [from, to] of [
    ['{"name":"', Buffer.from([255, 255, 255, 127])],
    ['limpid-plan', Buffer.from([255, 255, 255, 255])],
  ] as const) {
    const broken = Buffer.from(whole);
    to.copy(broken, broken.indexOf(from) - 4);
    writeFileSync(path, broken);
    expect(await limpid(...words)).toEqual({ code: 0, out: 'whole\n', err: '' });
  }
  expect(readdirSync(`${directory}/root/containers`)).toEqual([]);
});

test('on the default network each has its own address, as ever', async () => {
  const machine = new TestHost('machine');
  try {
    const on = async (...words: string[]): Promise<string> => {
      const { code, out, err } = await limpidWith({ through: ['nsenter', `--net=${machine.path}`] }, ...words);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return out.trimEnd();
    };
    const ids: string[] = [];
    for (let time = 0; time < 4; time++) ids.push(await on('run', '-d', '--network', 'bridge', BUSYBOX, 'sleep', '60'));
    expect(
      await goesKept(['run', '-d', '--network', 'bridge', BUSYBOX, 'sleep', '60'], {
        through: ['nsenter', `--net=${machine.path}`],
      }),
    ).toBe(true);
    const addresses = await Promise.all(
      ids.map((id) => on('inspect', '--format', '{{.NetworkSettings.IPAddress}}', id)),
    );
    expect(addresses).toEqual(['10.88.0.2', '10.88.0.3', '10.88.0.4', '10.88.0.5']);
    for (const [index, id] of ids.entries()) {
      const shown = await on('exec', id, 'sh', '-c', 'ip -4 -o addr show eth0; ip route; grep $HOSTNAME /etc/hosts');
      expect(shown.replaceAll(/@if\d+|\\ .*|^\d+: /gm, '')).toBe(
        `eth0    inet ${addresses[index]}/16 brd 10.88.255.255 scope global eth0\n` +
          'default via 10.88.0.1 dev eth0  metric 100 \n' +
          `10.88.0.0/16 dev eth0 scope link  src ${addresses[index]} \n` +
          `${addresses[index]}\t${id.slice(0, 12)} ${await on('inspect', '--format', '{{.Name}}', id)}`,
      );
    }
    // A kept run brings a guard where somebody has killed it, as the whole way does (decision 18).
    await until('nobody guards', () => {
      for (const pid of guards()) kill(pid);
      return guards().length === 0 && !machine.does('nft list tables').includes('-guard');
    });
    const again = { through: ['nsenter', `--net=${machine.path}`] };
    expect(await goesKept(['run', '-d', '--network', 'bridge', BUSYBOX, 'sleep', '60'], again)).toBe(true);
    await until('somebody guards', () => machine.does('nft list tables').includes('-guard'));
    expect(guards()).toHaveLength(2);
    await on('rm', '-f', ...ids);
    // A bridge that somebody took away is made again, which no kept plan does.
    await on('rm', '-f', '--all');
    machine.does('ip link del limpid0');
    expect(await on('run', '--rm', '--network', 'bridge', BUSYBOX, 'ip', '-4', '-o', 'addr', 'show', 'eth0')).toContain(
      'inet 10.88.0.',
    );
    // So is a firewall: a kept plan looks for it once it has an address, and what it has taken is given back.
    const short = ['run', '--rm', '--network', 'bridge', BUSYBOX, 'true'];
    for (let time = 0; time < 2; time++) await on(...short);
    expect(await goesKept(short, again)).toBe(true);
    const [table] = machine.does('nft list tables').match(/limpid-[0-9a-f]{8}$/m)!;
    machine.does(`nft delete table inet ${table}`);
    expect(await goesKept(short, again)).toBe(false);
    expect(machine.does('nft list tables')).toMatch(new RegExp(`${table}$`, 'm'));
    expect(readdirSync(`${directory}/run/leases/limpid`).filter((name) => name.includes('.'))).toEqual([]);
  } finally {
    await machine.drop();
  }
});

test('a start that is refused takes all of it back, and is told by the whole way', async () => {
  const machine = new TestHost('machine');
  try {
    const through = ['nsenter', `--net=${machine.path}`];
    const run = (...words: string[]) => limpidWith({ through }, 'run', '-d', '--network', 'bridge', ...words);
    const words = ['-p', '127.0.0.1:8088:80', BUSYBOX, 'sleep', '60'];
    for (let time = 0; time < 3; time++) {
      const { code, out } = await run(...words);
      expect(code).toBe(0);
      if (time < 2) await says('rm', '-f', out.trim());
    }
    const leases = () => readdirSync(`${directory}/run/leases/limpid`).filter((name) => name.includes('.'));
    const before = [readdirSync(`${directory}/root/containers`), leases()];
    expect((await run(...words)).err).toMatch(
      /^Error: cannot publish 127\.0\.0\.1:8088\/tcp: container "\w+" has it \(hint: /,
    );
    expect([readdirSync(`${directory}/root/containers`), leases()]).toEqual(before);
    expect(readdirSync(`${directory}/run/containers`)).toHaveLength(1);
    expect(readdirSync(`${directory}/run/names`)).toHaveLength(1);
    await limpidWith({ through }, 'rm', '-f', '--all');
  } finally {
    await machine.drop();
  }
});

test('another name is another container of the same plan, and what is no name is refused as ever', async () => {
  const run = (name: string) => [
    'run',
    '-d',
    '--network',
    'none',
    `--name=${name}`,
    '--label',
    'named',
    BUSYBOX,
    'sleep',
    '60',
  ];
  await says(...run('one'));
  await says(...run('two-longer'));
  expect(await goesKept(run('three'))).toBe(true);
  expect(await says('ps', '--format', '{{.Names}}', '--filter', 'label=named')).toBe('three\ntwo-longer\none');
  const { code, err } = await limpid(...run('../escape'));
  expect({ code, err }).toEqual({ code: 125, err: expect.stringContaining('cannot use name "../escape": ') });
  await says('rm', '-f', 'one', 'two-longer', 'three');
  await says(...run('one'), '1');
  await says('rm', '-f', 'one');
});
