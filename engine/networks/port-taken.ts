import { LimpidError } from '../../base/error.ts';
import { portHolder, type HostPort } from '../../network/ports/port-holder.ts';
import { parseAddress } from '../../abi/ip/address.ts';
import type { PortMapping } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';
import { publisherOf } from './publisher.ts';

/** The failure of a start, with the name of whoever has the port where that was it. */
export function withPortHolder(world: World, error: unknown): unknown {
  const taken = takenPort(error);
  if (taken === undefined) return error;
  const holder = portHolder(taken.port, () => publisherOf(world, taken.port));
  return new LimpidError({
    code: 'EADDRINUSE',
    doing: 'publish',
    subject: taken.subject,
    why: holder === undefined ? 'somebody has it, who listens at no port' : `${holder} has it`,
    hint: 'choose another port of the host, or none: then any free one is taken',
    cause: error,
  });
}

/** How often a port that was chosen as free may be somebody else's a moment later, or the firewall gone. */
const ATTEMPTS = 8;

/**
 * Whether a start failed at what the next one finds otherwise: at a port that nobody had asked for by its number, as another will
 * do as well; or because somebody has flushed the firewall since it looked.
 */
export function isWorthAnotherTry(config: Pick<ContainerConfig, 'ports'>, error: unknown, attempt: number): boolean {
  return attempt < ATTEMPTS && (isFlushed(error) || isOtherPortAsGood(config, error));
}

function isFlushed(error: unknown): boolean {
  if (!(error instanceof LimpidError)) return false;
  return error.doing === 'change' && error.subject === 'the firewall' && error.errno === 'ENOENT';
}

function isOtherPortAsGood({ ports = [] }: Pick<ContainerConfig, 'ports'>, error: unknown): boolean {
  const taken = takenPort(error);
  if (taken === undefined) return false;
  return !ports.some(({ hostPort, protocol }) => hostPort === taken.port.port && protocol === taken.port.protocol);
}

function takenPort(error: unknown): { readonly port: HostPort; readonly subject: string } | undefined {
  if (!(error instanceof LimpidError) || error.doing !== 'publish') return undefined;
  const { subject = '', errno, code } = error;
  if (errno !== 'EADDRINUSE' && code !== 'EADDRINUSE') return undefined;
  const port = parseSubject(subject);
  return port === undefined ? undefined : { port, subject };
}

/** `0.0.0.0:8080/tcp`, `[::1]:53/udp`. */
function parseSubject(subject: string): HostPort | undefined {
  const match = /^\[?([^\]]*?)\]?:(\d+)\/(tcp|udp|sctp)$/.exec(subject);
  const address = match === null ? undefined : parseAddress(match[1]!);
  if (match === null || address === undefined) return undefined;
  return { address, port: Number(match[2]), protocol: match[3] as PortMapping['protocol'] };
}
