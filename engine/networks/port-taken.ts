import { LimpidError } from '../../base/error.ts';
import { portHolder, type HostPort } from '../../network/ports/port-holder.ts';
import { parseAddress } from '../../abi/ip/address.ts';
import type { PortMapping } from '../../spec/network.ts';

/** The failure of a start, with the name of whoever has the port where that was it. */
export function withPortHolder(error: unknown): unknown {
  if (!(error instanceof LimpidError) || error.doing !== 'publish' || error.errno !== 'EADDRINUSE') return error;
  const { subject = '' } = error;
  const port = parseSubject(subject);
  if (port === undefined) return error;
  const holder = portHolder(port);
  return new LimpidError({
    code: 'EADDRINUSE',
    doing: 'publish',
    subject,
    why: holder === undefined ? 'somebody has it, who listens at no port' : `${holder} has it`,
    hint: 'choose another port of the host, or none: then any free one is taken',
    cause: error,
  });
}

/** `0.0.0.0:8080/tcp`, `[::1]:53/udp`. */
function parseSubject(subject: string): HostPort | undefined {
  const match = /^\[?([^\]]*?)\]?:(\d+)\/(tcp|udp)$/.exec(subject);
  const address = match === null ? undefined : parseAddress(match[1]!);
  if (match === null || address === undefined) return undefined;
  return { address, port: Number(match[2]), protocol: match[3] as PortMapping['protocol'] };
}
