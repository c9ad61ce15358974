import { createNetwork, type NetworkRequest } from '../../engine/networks/create.ts';
import { isAddressIn } from '../../engine/networks/address-words.ts';
import type { command } from '../commands/network-create.ts';
import { recordOf } from '../create-options/record-of.ts';
import { splitLabel, splitPair } from '../create-options/labels.ts';
import { optionError } from '../parse/option-error.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { worldOf } from '../world.ts';

type Options = Invocation<typeof command.options>['options'];

export const handle: Handler<typeof command.options> = async (invocation) => {
  const { options, args, output } = invocation;
  const request = requestOf(args[0], options);
  const { name } = await createNetwork(worldOf(invocation), request, { ignore: options.ignore });
  await output.out(`${name}\n`);
  return 0;
};

function requestOf(name: string | undefined, options: Options): NetworkRequest {
  const { driver, ipv6, internal } = options;
  const interfaceName = options['interface-name'];
  return {
    ...(name === undefined ? {} : { name }),
    ...(interfaceName === undefined ? {} : { interfaceName }),
    driver,
    subnets: subnetsOf(options),
    ipv6,
    internal,
    ...(options['disable-dns'] ? { dnsEnabled: false } : {}),
    dnsServers: options.dns,
    withoutAddresses: options['ipam-driver'] === 'none',
    routes: options.route.map(routeOf),
    labels: recordOf(options.label.map((text) => splitLabel(text, '--label'))),
    options: recordOf(options.opt.flatMap((text) => text.split(',')).map((text) => splitPair(text, '--opt'))),
  };
}

/** As with podman, a gateway and a range go with the subnet that holds them. */
function subnetsOf({ subnet, gateway, 'ip-range': range }: Options): NonNullable<NetworkRequest['subnets']> {
  const gateways = [...gateway];
  const ranges = [...range];
  const takeIn = (texts: string[], block: string): string | undefined => {
    const index = texts.findIndex((text) => isAddressIn(text.split(/[/-]/)[0]!, block));
    return index < 0 ? undefined : texts.splice(index, 1)[0];
  };
  const chosen = subnet.map((block) => {
    const ownGateway = takeIn(gateways, block) ?? (subnet.length === 1 ? gateways.shift() : undefined);
    const ownRange = takeIn(ranges, block) ?? (subnet.length === 1 ? ranges.shift() : undefined);
    return {
      subnet: block,
      ...(ownGateway === undefined ? {} : { gateway: ownGateway }),
      ...(ownRange === undefined ? {} : { range: ownRange }),
    };
  });
  const none = subnet.length === 0 ? 'it needs a --subnet' : 'it is in none of the subnets';
  if (gateways[0] !== undefined) throw optionError(`--gateway ${gateways[0]}`, none);
  if (ranges[0] !== undefined) throw optionError(`--ip-range ${ranges[0]}`, none);
  return chosen;
}

function routeOf(text: string): { destination: string; gateway: string; metric?: number } {
  const [destination = '', gateway = '', metric, ...more] = text.split(',');
  if (gateway === '' || more.length > 0 || (metric !== undefined && !/^[1-9]\d{0,9}$/.test(metric)))
    throw optionError(`${JSON.stringify(text)} for --route`, 'CIDR,GATEWAY[,METRIC] is wanted');
  return { destination, gateway, ...(metric === undefined ? {} : { metric: Number(metric) }) };
}
