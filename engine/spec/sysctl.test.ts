import { expect, test } from 'bun:test';
import { printable } from '../../base/printable.ts';
import type { NamespaceMode } from '../config.ts';
import { Reasons } from './reasons.ts';
import { failure, sampleConfig } from './sample.fixture.ts';
import { planSysctls } from './sysctl.ts';

const HOST: NamespaceMode = { kind: 'host' };
const plan = (sysctls: Record<string, string>, network: NamespaceMode = { kind: 'none' }, ipc?: NamespaceMode) =>
  planSysctls(
    sampleConfig({ sysctls, namespaces: { network, ...(ipc === undefined ? {} : { ipc }) } }),
    new Reasons({}),
  );

test('a private network lets its root ping', () => {
  expect(plan({}, { kind: 'private' })).toEqual({ 'net.ipv4.ping_group_range': '0 0' });
  expect(plan({ 'net.ipv4.ping_group_range': '1 0' }, { kind: 'private' })).toEqual({
    'net.ipv4.ping_group_range': '1 0',
  });
  expect(plan({})).toEqual({});
  expect(plan({}, HOST)).toEqual({});
});

test('what belongs to a namespace of its own', () => {
  const sysctls = {
    'net.core.somaxconn': '1024',
    'kernel.shm_rmid_forced': '1',
    'fs.mqueue.msg_max': '100',
    'kernel.sem': '1 2 3 4',
  };
  expect(plan(sysctls)).toEqual(sysctls);
  expect(plan({ 'net/ipv4/conf/eth0.1/forwarding': '1' })).toEqual({ 'net.ipv4.conf.eth0/1.forwarding': '1' });
});

test('what belongs to the host or another container', () => {
  const host = 'it belongs to no namespace, so it would change the host';
  for (const key of [
    'kernel.core_pattern',
    'vm.swappiness',
    'kernel.modprobe',
    'fs.file-max',
    'kernel.msgmax2',
    'network.x',
  ]) {
    expect(failure(() => plan({ [key]: '1' }))).toBe(`ESYSCTL: cannot set sysctl "${key}": ${host}`);
  }
  const net = 'the container has no network namespace of its own';
  for (const mode of [HOST, { kind: 'container', container: 'x' }, { kind: 'path', path: '/n' }] as const) {
    expect(failure(() => plan({ 'net.core.somaxconn': '1' }, mode))).toBe(
      `ESYSCTL: cannot set sysctl "net.core.somaxconn": ${net}`,
    );
  }
  expect(failure(() => plan({ 'kernel.msgmax': '1' }, undefined, HOST))).toBe(
    'ESYSCTL: cannot set sysctl "kernel.msgmax": the container has no ipc namespace of its own',
  );
});

test('a name cannot climb out of /proc/sys/net', () => {
  const names = [
    'net.',
    'net',
    'net..x',
    'net.//.//.kernel.core_pattern',
    'net/../kernel/core_pattern',
    'net.a b',
    '.net.x',
    'net.x\0',
  ];
  for (const name of names) {
    expect(failure(() => plan({ [name]: '1' }))).toBe(
      `ESYSCTL: cannot set sysctl "${printable(name)}": that is no name of a sysctl`,
    );
  }
});

test('a value is one line', () => {
  expect(failure(() => plan({ 'net.core.somaxconn': '1\n2' }))).toStartWith('ESYSCTL');
});
