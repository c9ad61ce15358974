import { LimpidError } from '../../base/error.ts';
import { listContainers } from '../../engine/containers/list.ts';
import { explainPort, parseHostPort } from '../../engine/networks/explain-port.ts';
import { portsOf, publishedPorts } from '../../engine/networks/ports.ts';
import type { World } from '../../engine/world.ts';
import type { PortMapping } from '../../spec/network.ts';
import type { command } from '../commands/port.ts';
import { latestName } from '../latest.ts';
import type { Handler } from '../parse/command.ts';
import { optionError } from '../parse/option-error.ts';
import { printPort, printPortWalks, printPorts } from '../print/ports.ts';
import { worldOf } from '../world.ts';

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  if (options.explain !== undefined) {
    const wanted = parseHostPort(options.explain);
    if (wanted === undefined) throw optionError(`"${options.explain}" for --explain`, '[IP:]PORT[/PROTOCOL] is wanted');
    const walks = explainPort(world, wanted);
    await output.out(printPortWalks(walks));
    return walks.some((walk) => walk.every(({ passes }) => passes !== 'no')) ? 0 : 1;
  }
  if (options.all) {
    for (const container of listContainers(world))
      await output.out(printPorts(portsOf(world, container), `${container.config.id.slice(0, 12)}\t`));
    return 0;
  }
  const [reference = '', inside] = options.latest ? [latestName(world), ...args] : args;
  await output.out(list(world, reference, inside));
  return 0;
};

function list(world: World, reference: string, inside: string | undefined): string {
  const ports = publishedPorts(world, reference);
  if (inside === undefined) return printPorts(ports);
  const wanted = parseInside(inside);
  const found = ports.filter(
    (port) => port.containerPort === wanted.containerPort && port.protocol === wanted.protocol,
  );
  if (found.length > 0) return found.map((port) => `${printPort(port)}\n`).join('');
  throw new LimpidError({
    code: 'ENOPORT',
    doing: 'find',
    subject: `port "${inside}" of container "${reference}"`,
    why: 'it is not published',
    ...(ports.length === 0 ? {} : { hint: '`limpid port CONTAINER` lists those that are' }),
  });
}

function parseInside(text: string): Pick<PortMapping, 'containerPort' | 'protocol'> {
  const [number = '', protocol = 'tcp'] = text.split('/');
  const containerPort = Number(number);
  const isKnown = protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
  if (!isKnown || String(containerPort) !== number) throw optionError(`"${text}"`, 'PORT or PORT/PROTOCOL is wanted');
  return { containerPort, protocol };
}
