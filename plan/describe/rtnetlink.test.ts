import { hairpinMessage } from '../../abi/netlink/hairpin.ts';
import { describe, expect, test } from 'bun:test';
import { parseAddress } from '../../abi/ip/address.ts';
import { parseMac } from '../../abi/ip/mac.ts';
import { parseAddressWithPrefix, parseSubnet } from '../../abi/ip/subnet.ts';
import { AF_INET6, addAddressMessage, ADDRESS_INDEX_AT, deleteAddressMessage } from '../../abi/netlink/address.ts';
import {
  addBridgeMessage,
  addSubInterfaceMessage,
  addVethMessage,
  deleteInterfaceMessage,
  interfaceUpMessage,
  setMasterMessage,
} from '../../abi/netlink/interface.ts';
import { learnMacMessage, NEIGHBOUR_INDEX_AT } from '../../abi/netlink/neighbour.ts';
import { addRouteMessage, deleteRouteMessage, ROUTE_INDEX_AT } from '../../abi/netlink/route.ts';
import type { Op } from '../ops.ts';
import { describeOp } from './operation.ts';
import { addedKind, ipWords } from './rtnetlink.ts';

const mac = parseMac('02:42:0a:58:00:02')!;
const op = (message: Uint8Array, indexAt = -1, name = '', pidAt = -1): Op<'rtnetlink'> => ({
  op: 'rtnetlink',
  stage: 'host',
  because: 'a test',
  message,
  interface: name,
  indexAt,
  pidAt,
  existOk: false,
  missingOk: false,
});
const line = (...args: Parameters<typeof op>) => ipWords(op(...args), 'PID')?.join(' ');

describe('what asks for the same with iproute2', () => {
  test('a veth pair', () => {
    const { message, indexAt, pidAt } = addVethMessage({ name: 'lim1', mtu: 1400, peer: { name: 'eth0', mac } });
    expect(line(message, indexAt, 'limpid0', pidAt)).toBe(
      'ip link add name lim1 mtu 1400 master limpid0 up type veth peer name eth0 address 02:42:0a:58:00:02 mtu 1400 netns PID',
    );
  });

  test('a bridge, a macvlan and an ipvlan', () => {
    const bridge = { name: 'limpid0', mac, vlan: 300 };
    expect(line(addBridgeMessage(bridge))).toBe(
      'ip link add name limpid0 address 02:42:0a:58:00:02 up type bridge forward_delay 0 vlan_filtering 1 vlan_default_pvid 300',
    );
    const macvlan = addSubInterfaceMessage({ kind: 'macvlan', mode: 4, name: 'eth0', mac });
    expect(line(macvlan.message, macvlan.indexAt, 'eno1', macvlan.pidAt)).toBe(
      'ip link add link eno1 name eth0 address 02:42:0a:58:00:02 netns PID type macvlan mode bridge',
    );
    const ipvlan = addSubInterfaceMessage({ kind: 'ipvlan', mode: 1, name: 'eth0' });
    expect(line(ipvlan.message, ipvlan.indexAt, 'eno1', ipvlan.pidAt)).toBe(
      'ip link add link eno1 name eth0 netns PID type ipvlan mode l3',
    );
  });

  test('addresses', () => {
    const [v4, v6] = [parseAddressWithPrefix('10.88.0.2/16')!, parseAddressWithPrefix('fd00::2/64')!];
    expect(line(addAddressMessage(v4), ADDRESS_INDEX_AT, 'eth0')).toBe(
      'ip address add 10.88.0.2/16 broadcast + dev eth0',
    );
    expect(line(addAddressMessage(v6), ADDRESS_INDEX_AT, 'eth0')).toBe('ip address add fd00::2/64 nodad dev eth0');
    expect(line(deleteAddressMessage(v4), ADDRESS_INDEX_AT, 'eth0')).toBe('ip address delete 10.88.0.2/16 dev eth0');
  });

  test('routes', () => {
    const gateway = parseAddress('10.88.0.1')!;
    expect(line(addRouteMessage({ gateway, metric: 100 }), ROUTE_INDEX_AT, 'eth0')).toBe(
      'ip route add default via 10.88.0.1 dev eth0 proto static metric 100',
    );
    const destination = parseSubnet('fd01::/48')!;
    expect(line(addRouteMessage({ destination }, AF_INET6), ROUTE_INDEX_AT, 'eth0')).toBe(
      'ip -6 route add fd01::/48 dev eth0 proto static',
    );
    expect(line(deleteRouteMessage({ gateway }), ROUTE_INDEX_AT, 'eth0')).toBe(
      'ip route delete default via 10.88.0.1 dev eth0 proto static',
    );
  });

  test('up, gone, learnt', () => {
    expect(line(interfaceUpMessage('eth0'))).toBe('ip link set eth0 up');
    expect(line(interfaceUpMessage('br0', 'limpid network a'))).toBe('ip link set br0 up alias limpid network a');
    const master = setMasterMessage('lim1');
    expect(line(master.message, master.indexAt, 'limpid0')).toBe('ip link set lim1 master limpid0 up');
    expect(line(deleteInterfaceMessage('limpid0'))).toBe('ip link delete limpid0');
    expect(line(learnMacMessage(mac), NEIGHBOUR_INDEX_AT, 'lim1')).toBe(
      'bridge fdb replace 02:42:0a:58:00:02 dev lim1 master static',
    );
    const hairpin = hairpinMessage();
    expect(line(hairpin.message, hairpin.indexAt, 'lim1')).toBe('bridge link set dev lim1 hairpin on');
  });
});

test('in an error: what was made, and where', () => {
  const { message, indexAt, pidAt } = addVethMessage({ name: 'lim1', peer: { name: 'eth0', mac } });
  expect(describeOp(op(message, indexAt, 'limpid0', pidAt))).toBe('create interface "lim1" on "limpid0"');
  expect(addedKind(op(message))).toBe('veth');
  expect(describeOp(op(addAddressMessage(parseAddressWithPrefix('10.88.0.2/16')!), ADDRESS_INDEX_AT, 'eth0'))).toBe(
    'add address "10.88.0.2/16" on "eth0"',
  );
  const gateway = parseAddress('fd00::1')!;
  expect(describeOp(op(addRouteMessage({ gateway }), ROUTE_INDEX_AT, 'eth0'))).toBe('add route "default" on "eth0"');
  expect(describeOp(op(interfaceUpMessage('eth0')))).toBe('bring up interface "eth0"');
});
