import { EINTR } from '../abi/errno-numbers.ts';
import { AF_NETLINK, SOCK_CLOEXEC, SOCK_RAW } from '../abi/flags/socket.ts';
import { decodeMessages, netlinkErrno, NLMSG_DONE, NLMSG_ERROR, type NetlinkMessage } from '../abi/netlink/message.ts';
import { lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';

export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;

const NLM_F_MULTI = 2;
/** What the kernel puts into one answer of a dump, at most. */
const ANSWER_BYTES = 65536;

/** The kernel's answer: messages, or the errno of its refusal. */
export type NetlinkAnswer =
  | { readonly messages: readonly NetlinkMessage[]; readonly errno?: undefined }
  | { readonly messages?: undefined; readonly errno: number };

/**
 * Asks the kernel something of the network namespace that we are in. Only reading: what changes something goes through
 * a plan. One request, which asks for no acknowledgement; a dump is read to its end.
 */
export function askNetlink(protocol: number, request: Uint8Array): NetlinkAnswer {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) throw systemError('create', 'a netlink socket');
  try {
    if (Number(libc.write(fd, ptr(request), request.length)) < 0) return { errno: lastErrno() };
    return readAnswer(fd);
  } finally {
    libc.close(fd);
  }
}

/** Whether there is what a request for one thing asks for. */
export function netlinkKnows(protocol: number, request: Uint8Array): boolean {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) return false;
  const header = new Uint16Array(8);
  const asked = Number(libc.write(fd, ptr(request), request.length)) > 0;
  const got = asked ? Number(libc.read(fd, ptr(header), header.byteLength)) : 0;
  libc.close(fd);
  // struct nlmsghdr: the type is the third of these.
  return got === header.byteLength && header[2] !== NLMSG_ERROR;
}

function readAnswer(fd: number): NetlinkAnswer {
  const buffer = new Uint8Array(ANSWER_BYTES);
  const messages: NetlinkMessage[] = [];
  for (;;) {
    const got = Number(libc.read(fd, ptr(buffer), buffer.length));
    if (got < 0) {
      const errno = lastErrno();
      if (errno === EINTR) continue;
      return { errno };
    }
    for (const message of decodeMessages(buffer.subarray(0, got))) {
      const errno = netlinkErrno(message);
      if (errno !== undefined && errno !== 0) return { errno };
      if (errno === 0 || message.type === NLMSG_DONE) return { messages };
      messages.push(message);
      if ((message.flags & NLM_F_MULTI) === 0) return { messages };
    }
  }
}
