/** The `rtnetlink` operation: what only the kernel knows is filled in, and what it refuses is said. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { parseAddress } from '../../abi/ip/address.ts';
import { parseMac } from '../../abi/ip/mac.ts';
import { parseAddressWithPrefix } from '../../abi/ip/subnet.ts';
import { ADDRESS_INDEX_AT, addAddressMessage, deleteAddressMessage } from '../../abi/netlink/address.ts';
import {
  addBridgeMessage,
  addVethMessage,
  deleteInterfaceMessage,
  interfaceUpMessage,
  setMasterMessage,
} from '../../abi/netlink/interface.ts';
import { learnMacMessage, NEIGHBOUR_INDEX_AT } from '../../abi/netlink/neighbour.ts';
import { addRouteMessage, deleteRouteMessage, ROUTE_INDEX_AT } from '../../abi/netlink/route.ts';
import type { Op } from '../../plan/ops.ts';
import { child, host as onHost, outcome, type TextFrame } from './native-harness.ts';
import { TestHost } from './test-hosts.ts';

const ENODEV = 19;
const EINVAL = 22;
const CLONE_NEWNET = 0x40000000n;
let host: TestHost;
beforeAll(() => {
  host = new TestHost('rtnetlink');
});
afterAll(() => host.drop());

interface Filled {
  readonly interface?: string;
  readonly indexAt?: number;
  readonly pidAt?: number;
  readonly existOk?: boolean;
  readonly missingOk?: boolean;
}

const request = (message: Uint8Array, filled: Filled = {}) => ({
  op: 'rtnetlink' as const,
  message,
  interface: '',
  indexAt: -1,
  pidAt: -1,
  existOk: false,
  missingOk: false,
  ...filled,
});
const does = (...args: Parameters<typeof request>) => host.carriesOut([onHost(request(...args))]);
const done: TextFrame = { type: 6, text: '' };
const failed = (errno: number, call: string): TextFrame => ({ type: 4, text: `2 ${errno} ${call}` });

const mac = parseMac('02:00:00:00:00:09')!;
const bridge = addBridgeMessage({ name: 'br9', mac, mtu: 1400 });
const address = addAddressMessage(parseAddressWithPrefix('10.9.0.1/24')!);
const on = (name: string, indexAt: number): Filled => ({ interface: name, indexAt });

describe('on the host', () => {
  test('a bridge, its address, its state, and all of it again', async () => {
    for (let round = 0; round < 2; round++) {
      expect(await does(bridge, { existOk: true })).toEqual(done);
      expect(await does(address, { ...on('br9', ADDRESS_INDEX_AT), existOk: true })).toEqual(done);
      expect(await does(interfaceUpMessage('br9', 'for a test'))).toEqual(done);
    }
    const [link] = JSON.parse(host.does('ip -j -d addr show br9'));
    expect(link).toMatchObject({ address: '02:00:00:00:00:09', mtu: 1400, ifalias: 'for a test' });
    expect(link.linkinfo).toMatchObject({ info_kind: 'bridge', info_data: { forward_delay: 0 } });
    expect(link.addr_info[0]).toMatchObject({ local: '10.9.0.1', prefixlen: 24, broadcast: '10.9.0.255' });
    expect(link.flags).toContain('UP');
  });

  test('what is there already, and what is not, is an error unless said', async () => {
    expect(await does(bridge)).toEqual(failed(17, 'netlink'));
    expect(await does(deleteInterfaceMessage('br10'))).toEqual(failed(ENODEV, 'netlink'));
    expect(await does(deleteInterfaceMessage('br10'), { missingOk: true })).toEqual(done);
    expect(await does(address, on('br10', ADDRESS_INDEX_AT))).toEqual(failed(ENODEV, 'ioctl'));
    expect(await does(address, { ...on('br10', ADDRESS_INDEX_AT), missingOk: true })).toEqual(done);
    expect(await does(address, on('a-name-that-is-too-long', ADDRESS_INDEX_AT))).toEqual(failed(ENODEV, 'ioctl'));
  });

  test('what cannot be filled in is refused before anything is sent', async () => {
    expect(await does(address, on('br9', address.length - 3))).toEqual(failed(EINVAL, 'rtnetlink'));
    expect(await does(address, { pidAt: 20 })).toEqual(failed(3, 'rtnetlink'));
    expect(await does(new Uint8Array([9, 0, 0, 0]))).toEqual(failed(EINVAL, 'rtnetlink'));
    expect(await does(new Uint8Array(5000))).toEqual(failed(EINVAL, 'rtnetlink'));
  });

  test('routes and addresses go again', async () => {
    const route = {
      destination: { address: parseAddress('172.20.0.0')!, prefix: 16 },
      gateway: parseAddress('10.9.0.7')!,
    };
    expect(await does(addRouteMessage(route), on('br9', ROUTE_INDEX_AT))).toEqual(done);
    expect(host.does('ip route show 172.20.0.0/16')).toBe(
      '172.20.0.0/16 via 10.9.0.7 dev br9 proto static linkdown \n',
    );
    expect(await does(deleteRouteMessage(route), on('br9', ROUTE_INDEX_AT))).toEqual(done);
    const gone = deleteAddressMessage(parseAddressWithPrefix('10.9.0.1/24')!);
    expect(await does(gone, on('br9', ADDRESS_INDEX_AT))).toEqual(done);
    expect(await does(gone, { ...on('br9', ADDRESS_INDEX_AT), missingOk: true })).toEqual(done);
    expect(host.does('ip -4 addr show br9')).toBe('');
  });
});

test('a veth pair with its peer in the child, which gives it an address; the bridge knows its port', async () => {
  const { message, indexAt, pidAt } = addVethMessage({ name: 'lim9', peer: { name: 'eth0', mac } });
  const clone = { op: 'clone' as const, flags: CLONE_NEWNET, cgroup: -1, pidfd: -1, proc: -1, user: -1 };
  const script =
    'ip -o -4 addr show eth0 | grep -q 10.9.0.2/24 && ip route | grep -q "^default via 10.9.0.1 dev eth0" && exit 0';
  const exec = {
    op: 'exec' as const,
    candidates: ['/bin/sh'],
    argv: ['sh', '-c', `${script}; exit 9`],
    env: ['PATH=/usr/sbin:/sbin:/usr/bin:/bin'],
  };
  const gateway = parseAddress('10.9.0.1')!;
  const ops: Op[] = [
    onHost(clone),
    onHost(request(message, { interface: 'br9', indexAt, pidAt })),
    onHost(request(learnMacMessage(mac), on('lim9', NEIGHBOUR_INDEX_AT))),
    onHost(request(setMasterMessage('lim9').message, on('br9', setMasterMessage('lim9').indexAt))),
    onHost({ op: 'release', gate: 0 }),
    child({ op: 'await', gate: 0 }),
    child(request(addAddressMessage(parseAddressWithPrefix('10.9.0.2/24')!), on('eth0', ADDRESS_INDEX_AT))),
    child(request(interfaceUpMessage('eth0'))),
    child(request(addRouteMessage({ gateway, metric: 100 }), on('eth0', ROUTE_INDEX_AT))),
    child(exec),
  ];
  expect(await outcome(host.onThisHost(ops))).toEqual({ type: 6, text: '0 0' });
});
