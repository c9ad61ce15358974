import { decodeAddress, RTM_GETADDR } from '../abi/netlink/address.ts';
import { decodeLink } from '../abi/netlink/link.ts';
import { getInterfaceMessage } from '../abi/netlink/interface.ts';
import { encodeMessages, NLM_F_DUMP, NLM_F_REQUEST } from '../abi/netlink/message.ts';
import { askNetlink, NETLINK_ROUTE } from '../kernel/netlink.ts';
import type { NetDeviceOps } from '../plan/context.ts';
import { planNetDevices } from '../plan/net-devices.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { asRuntimeError } from './bundle.ts';
import { runtimeError } from './runtime-error.ts';

const IFADDRMSG = 8;
const SCOPE_GLOBAL = 0;
const IFA_F_PERMANENT = 0x80;

/**
 * The interfaces of `linux.netDevices` with the addresses that go along: those of global scope that do not expire.
 * Throws ENETDEVICE for one that is not there.
 */
export function netDeviceOps(spec: RuntimeSpec): NetDeviceOps {
  const wanted = Object.entries(spec.linux?.netDevices ?? {});
  const payload = new Uint8Array(IFADDRMSG);
  const request = { type: RTM_GETADDR, flags: NLM_F_REQUEST | NLM_F_DUMP, sequence: 1, port: 0, payload };
  const { messages = [] } = askNetlink(NETLINK_ROUTE, encodeMessages([request]));
  const kept = messages.filter((one) => one.payload[3] === SCOPE_GLOBAL && (one.payload[2]! & IFA_F_PERMANENT) !== 0);
  const addresses = kept.map((one) => decodeAddress(one.payload)).filter((address) => address !== undefined);
  const devices = wanted.map(([name, { name: newName }]) => {
    const index = indexOf(name);
    return {
      name,
      newName: newName || name,
      addresses: addresses.filter((address) => address.index === index).map(({ local }) => local),
    };
  });
  return asRuntimeError(() => planNetDevices(spec, devices));
}

function indexOf(name: string): number {
  const { messages } = askNetlink(NETLINK_ROUTE, getInterfaceMessage(name));
  const found = messages?.[0];
  if (found !== undefined) return decodeLink(found.payload).index;
  throw runtimeError(
    'ENETDEVICE',
    'move',
    `network interface "${name}" into the container`,
    'there is no such interface',
  );
}
