import { ADDRESS_INDEX_AT, addAddressMessage } from '../abi/netlink/address.ts';
import { stringAttribute, u32Attribute } from '../abi/netlink/attribute.ts';
import { IFLA, interfaceUpMessage, RTM_SETLINK } from '../abi/netlink/interface.ts';
import { encodeLink } from '../abi/netlink/link.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_REQUEST } from '../abi/netlink/message.ts';
import type { IpSubnet } from '../abi/ip/subnet.ts';
import type { Op } from './ops.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import type { NetDeviceOps } from './context.ts';
import { specError } from './spec-error.ts';

/** An interface that goes into the container: its name on the host, its name there, and the addresses that it keeps. */
export interface NetDevice {
  readonly name: string;
  readonly newName: string;
  readonly addresses: readonly IpSubnet[];
}

/** The child is where the interfaces are to go; they have come. */
const JOINED = 3;
const MOVED = 4;

const LINK_INDEX_AT = 16 + 4;
const PID_AT = 16 + 16 + 4;

/**
 * runtime-spec, config-linux.md, Network Devices: what the host and the child do, for `PlaceContext.netDevices`. Nearly
 * no container has any, so no other plan pays for the loading of this. Throws LimpidError `ESPEC` where they would stay.
 */
export function planNetDevices({ linux }: RuntimeSpec, devices: readonly NetDevice[]): NetDeviceOps {
  if (devices.length > 0 && !linux?.namespaces?.some(({ type }) => type === 'network'))
    throw specError('linux.netDevices', 'the container has no network namespace of its own for them');
  return { host: moveNetDevices(devices), child: receiveNetDevices(devices) };
}

/** Host stage, behind the clone. */
function moveNetDevices(devices: readonly NetDevice[]): Op[] {
  if (devices.length === 0) return [];
  const because = 'until the child is in its network namespace';
  return [
    { op: 'await', stage: 'host', because, gate: JOINED },
    ...devices.map(({ name, newName }) => moveDevice(name, newName, reason(name))),
    { op: 'release', stage: 'host', because: 'the interfaces have come', gate: MOVED },
  ];
}

/** Child stage, in its network namespace: what the kernel takes from an interface on the way is given back. */
function receiveNetDevices(devices: readonly NetDevice[]): Op[] {
  if (devices.length === 0) return [];
  const base = { op: 'rtnetlink', stage: 'child', pidAt: -1, missingOk: false } as const;
  const ops = devices.map(({ name, newName, addresses }): Op[] => {
    const because = reason(name);
    return [
      { ...base, because, message: interfaceUpMessage(newName), interface: newName, indexAt: -1, existOk: false },
      ...addresses.map((address): Op => {
        const message = addAddressMessage(address);
        return { ...base, because, message, interface: newName, indexAt: ADDRESS_INDEX_AT, existOk: true };
      }),
    ];
  });
  return [
    { op: 'release', stage: 'child', because: 'the interfaces can come', gate: JOINED },
    { op: 'await', stage: 'child', because: 'until the interfaces have come', gate: MOVED },
    ...ops.flat(),
  ];
}

function reason(name: string): string {
  return `linux.netDevices[${name}]`;
}

function moveDevice(name: string, newName: string, because: string): Op {
  const attributes = [
    u32Attribute(IFLA.netNsPid, 0),
    ...(newName === name ? [] : [stringAttribute(IFLA.ifname, newName)]),
  ];
  const payload = encodeLink({ family: 0, deviceType: 0, index: 0, flags: 0, change: 0, attributes });
  const flags = NLM_F_REQUEST | NLM_F_ACK;
  const message = encodeMessages([{ type: RTM_SETLINK, flags, sequence: 1, port: 0, payload }]);
  const places = { indexAt: LINK_INDEX_AT, pidAt: PID_AT, existOk: false, missingOk: false } as const;
  return { op: 'rtnetlink', stage: 'host', because, message, interface: name, ...places };
}
