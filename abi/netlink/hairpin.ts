import { RTM_SETLINK, type UnfilledMessage } from './interface.ts';
import { encodeLink } from './link.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_REQUEST } from './message.ts';

const AF_BRIDGE = 7;
const IFLA_PROTINFO = 12;
const IFLA_BRPORT_MODE = 4;
/** Behind nlmsghdr, in struct ifinfomsg. */
const INDEX_AT = 16 + 4;

/** A port of a bridge may get back what it has sent. The port's index is to be filled in. */
export function hairpinMessage(): UnfilledMessage {
  const attributes = [{ type: IFLA_PROTINFO, value: [{ type: IFLA_BRPORT_MODE, value: Uint8Array.of(1) }] }];
  const payload = encodeLink({ family: AF_BRIDGE, deviceType: 0, index: 0, flags: 0, change: 0, attributes });
  const flags = NLM_F_REQUEST | NLM_F_ACK;
  const message = encodeMessages([{ type: RTM_SETLINK, flags, sequence: 1, port: 0, payload }]);
  return { message, indexAt: INDEX_AT, pidAt: -1 };
}
