/** What a kernel that lacks something says of networks, in words. */
import { expect, test } from 'bun:test';
import { parseMac } from '../../abi/ip/mac.ts';
import { parseAddressWithPrefix } from '../../abi/ip/subnet.ts';
import { ADDRESS_INDEX_AT, addAddressMessage } from '../../abi/netlink/address.ts';
import { addBridgeMessage, addSubInterfaceMessage, addVethMessage } from '../../abi/netlink/interface.ts';
import { LimpidError } from '../../base/error.ts';
import type { Op } from '../ops.ts';
import { explainFailure } from './explain-failure.ts';

const [EEXIST, ENODEV, EROFS, EXFULL, EOPNOTSUPP, EPROTONOSUPPORT] = [17, 19, 30, 54, 95, 93] as const;
const [ESOCKTNOSUPPORT, EADDRINUSE] = [94, 98] as const;
const on = { stage: 'host', because: 'network lab' } as const;
const mac = parseMac('02:00:00:00:00:01')!;
const rtnetlink = (message: Uint8Array, name = '', indexAt = -1): Op => {
  return { ...on, op: 'rtnetlink', message, interface: name, indexAt, pidAt: -1, existOk: false, missingOk: false };
};
const bridge = rtnetlink(addBridgeMessage({ name: 'limpid0', mac }));
const tagged = rtnetlink(addBridgeMessage({ name: 'limpid0', mac, vlan: 30 }));
const veth = rtnetlink(addVethMessage({ name: 'lim1', peer: { name: 'eth0', mac } }).message, 'limpid0');
const ipvlan = rtnetlink(addSubInterfaceMessage({ kind: 'ipvlan', mode: 0, name: 'eth0' }).message, 'eno1');
const address = rtnetlink(addAddressMessage(parseAddressWithPrefix('10.88.0.1/16')!), 'limpid0', ADDRESS_INDEX_AT);
const sctp: Op = {
  ...on,
  op: 'reserve_port',
  domain: 2,
  type: 5,
  protocol: 132,
  address: Uint8Array.of(2, 0, 9000 >> 8, 9000 & 255, ...new Uint8Array(12)),
};
const forward: Op<'write'> & typeof on = {
  ...on,
  op: 'write',
  at: -1,
  path: '/proc/sys/net/ipv4/ip_forward',
  flags: 1,
  data: new Uint8Array([49]),
};
const firewall: Op = { ...on, op: 'netlink', protocol: 12, message: new Uint8Array() };

test.each([
  [
    bridge,
    EOPNOTSUPP,
    'netlink',
    'cannot create interface "limpid0": EOPNOTSUPP, this kernel has no interfaces of type "bridge", for network lab (hint: load its module, `modprobe bridge`; --network none needs none)',
  ],
  [
    tagged,
    EOPNOTSUPP,
    'netlink',
    'cannot create interface "limpid0": EOPNOTSUPP, the bridges of this kernel know no VLANs, for network lab (hint: it needs CONFIG_BRIDGE_VLAN_FILTERING)',
  ],
  [
    ipvlan,
    EOPNOTSUPP,
    'netlink',
    'cannot create interface "eth0" on "eno1": EOPNOTSUPP, this kernel has no interfaces of type "ipvlan", for network lab (hint: load its module, `modprobe ipvlan`; --network none needs none)',
  ],
  [
    veth,
    ENODEV,
    'ioctl',
    'cannot create interface "lim1" on "limpid0": ENODEV, there is no interface "limpid0", for network lab (hint: `limpid network reload` makes it again)',
  ],
  [
    veth,
    EXFULL,
    'netlink',
    'cannot create interface "lim1" on "limpid0": EXFULL, the bridge has its 1023 ports, for network lab (hint: spread containers over more networks)',
  ],
  [
    bridge,
    EEXIST,
    'netlink',
    'cannot create interface "limpid0": EEXIST, another interface has that name, for network lab',
  ],
  [
    address,
    ENODEV,
    'ioctl',
    'cannot add address "10.88.0.1/16" on "limpid0": ENODEV, there is no interface "limpid0", for network lab (hint: `limpid network reload` makes it again)',
  ],
  [
    forward,
    EROFS,
    'open',
    'cannot write "1" to "/proc/sys/net/ipv4/ip_forward": EROFS, this machine does not let packets be forwarded, for network lab (hint: set it from outside, `sysctl -w net.ipv4.ip_forward=1`; --network none and host do without)',
  ],
  [
    { ...forward, path: '/proc/sys/net/ipv6/conf/all/forwarding' },
    EROFS,
    'open',
    'cannot write "1" to "/proc/sys/net/ipv6/conf/all/forwarding": EROFS, this machine does not let packets be forwarded, for network lab (hint: set it from outside, `sysctl -w net.ipv6.conf.all.forwarding=1`; --network none and host do without)',
  ],
  [
    sctp,
    ESOCKTNOSUPPORT,
    'socket',
    'cannot publish 0.0.0.0:9000/sctp: ESOCKTNOSUPPORT, this kernel has no SCTP, for network lab (hint: load its module, `modprobe sctp`: containers need it as well)',
  ],
  [
    { ...sctp, protocol: 17 },
    EADDRINUSE,
    'bind',
    'cannot publish 0.0.0.0:9000/udp: EADDRINUSE, somebody has the port, for network lab',
  ],
  [
    firewall,
    EPROTONOSUPPORT,
    'socket',
    'cannot change the firewall: EPROTONOSUPPORT, this kernel has no nf_tables, which networks with a bridge need, for network lab (hint: load its module, `modprobe nf_tables`; --network none, host, and networks of macvlan and ipvlan do without)',
  ],
])('%#', (op, errno, call, message) => {
  expect(new LimpidError(explainFailure([op], 0, errno, call)).message).toBe(message);
});
