/** Who publishes a port again and again waits for nothing that the kernel still has to do for the last container. */
import { beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { atTheEnd } from '../at-the-end.ts';
import { TestHost } from '../kernel/test-hosts.ts';
import { BUSYBOX, privateWorld } from './limpid.ts';

const { directory, limpidWith } = privateWorld();
const host = new TestHost('soon');
atTheEnd(() => host.drop());
const through = ['nsenter', `--net=${host.path}`];

// Somebody keeps the guard, which has a socket of its own.
beforeAll(async () => {
  const { code } = await limpidWith({ through }, 'run', '-d', '--network=bridge', BUSYBOX, 'sleep', 'infinity');
  expect(code).toBe(0);
});

/** The system calls of each process of a `run --rm` that goes by a kept plan, in their order. */
async function tracedRun(options: readonly string[], calls: string): Promise<string[][]> {
  const run = (...before: string[]) => {
    const how = { through: [...through, ...before], env: { LIMPID_TRACE: '1' } };
    return limpidWith(how, 'run', '--rm', '--network=bridge', ...options, BUSYBOX, 'true');
  };
  for (let time = 0; time < 2; time++) expect((await run()).code).toBe(0);
  const traces = mkdtempSync(`${directory}/trace-`);
  const { code, err } = await run(
    'strace',
    '-ff',
    '-qq',
    '-e',
    'signal=none',
    '-e',
    `trace=${calls}`,
    '-o',
    `${traces}/of`,
  );
  expect(code).toBe(0);
  expect(err).toContain('kept plan found');
  return readdirSync(traces).map((name) => readFileSync(`${traces}/${name}`, 'utf8').split('\n').filter(Boolean));
}

const OPENED = /^socket\(AF_NETLINK, SOCK_RAW\|SOCK_CLOEXEC, NETLINK_NETFILTER\) += (\d+)$/;
/** The descriptors that are sockets of netfilter. */
const opened = (calls: readonly string[]) => calls.flatMap((call) => OPENED.exec(call)?.[1] ?? []);

test.each([
  ['without ports', [], 1],
  ['with a port', ['-p', '8080:80'], 2],
] as const)('the monitor alone has sockets of netfilter, %s', async (_, options, count) => {
  const processes = await tracedRun(options, 'socket,execve,execveat');
  const owners = processes.filter((calls) => opened(calls).length > 0);
  expect(owners.flatMap(opened)).toHaveLength(count);
  expect(owners).toHaveLength(1);
  expect(owners[0]![0]).toContain('["limpid-monitor", "run"');
});

test('it tells the end, lets its lock go, and waits for the kernel before it closes what the kernel waits at', async () => {
  const processes = await tracedRun(['-p', '8080:80'], 'socket,close,membarrier,exit_group');
  const monitor = processes.find((calls) => opened(calls).length > 0)!;
  expect(opened(monitor)).toHaveLength(2);
  for (const [index, call] of monitor.entries()) {
    const fd = OPENED.exec(call)?.[1];
    if (fd !== undefined) expect(monitor.findLastIndex((one) => one.startsWith(`close(${fd})`))).toBeLessThan(index);
  }
  // Its lock is what it closes last.
  expect(monitor.slice(-3).map((call) => call.replaceAll(/ +/g, ' '))).toEqual([
    expect.stringMatching(/^close\(\d+\) = 0$/),
    'membarrier(MEMBARRIER_CMD_GLOBAL, 0) = 0',
    expect.stringMatching(/^exit_group\(0\)/),
  ]);
});
