import { defineCommand } from '../parse/command.ts';

/** `limpid network create`. */
export const command = defineCommand({
  name: 'network create',
  group: 'Networks',
  synopsis: 'Create a network',
  usage: '[options] [NAME]',
  description: 'Its bridge is made when the first container needs it.',
  arity: { min: 0, max: 1, what: '' },
  options: {
    driver: {
      type: 'string',
      short: 'd',
      default: 'bridge',
      value: 'DRIVER',
      help: 'bridge, or macvlan or ipvlan on an interface of this machine',
    },
    subnet: { type: 'array', value: 'CIDR', help: 'Its addresses: IPv4, IPv6, or one of each' },
    gateway: { type: 'array', value: 'ADDRESS', help: 'The address of the bridge; otherwise the first of the subnet' },
    'ip-range': { type: 'array', value: 'CIDR|FIRST-LAST', help: 'Which of the addresses containers get' },
    ipv6: { type: 'bool', help: 'IPv6 as well' },
    internal: { type: 'bool', help: 'Nothing outside can be reached' },
    opt: {
      type: 'array',
      short: 'o',
      value: 'KEY=VALUE',
      help: 'mtu, vlan, metric, isolate, no_default_route; of macvlan and ipvlan parent and mode',
    },
    'interface-name': { type: 'string', value: 'NAME', help: 'The name of the bridge, or the parent interface' },
    dns: { type: 'slice', value: 'ADDRESS', help: 'Whom its containers ask for outside names' },
    'disable-dns': { type: 'bool', help: 'Its containers do not find each other by name' },
    route: { type: 'array', value: 'CIDR,GATEWAY[,METRIC]', help: 'A further route for its containers' },
    'ipam-driver': {
      type: 'string',
      default: 'host-local',
      choices: ['host-local', 'none'],
      value: 'DRIVER',
      help: 'host-local, or none for no addresses',
    },
    label: { type: 'array', value: 'KEY=VALUE', help: 'Note something on it' },
    ignore: { type: 'bool', help: 'Be content with one of this name' },
  },
  examples: [
    { line: 'limpid network create lab', says: 'With a free subnet' },
    { line: 'limpid network create --subnet 10.5.0.0/24 --internal closed', says: 'Without a way out' },
    { line: 'limpid network create -o isolate=true -o mtu=1400 apart', says: 'Out of reach of other isolated ones' },
    {
      line: 'limpid network create -d macvlan -o parent=eth0 --subnet 192.168.7.0/24 --ip-range 192.168.7.200/29 lan',
      says: 'Beside this machine, at addresses of its own',
    },
  ],
});
