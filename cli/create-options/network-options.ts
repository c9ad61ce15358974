import { groupOptions } from '../parse/option.ts';

/** Where it is on networks, and how names become addresses inside. */
export const NETWORK_OPTIONS = groupOptions('Its network', {
  network: {
    type: 'array',
    aliases: ['net'],
    value: 'MODE',
    help: 'bridge, none, host, container:NAME, ns:PATH, or networks: NAME[:ip=ADDRESS,mac=MAC,alias=NAME,interface_name=NAME]',
  },
  ip: { type: 'string', noneWhenEmpty: true, value: 'ADDRESS', help: 'Its IPv4 address on its network' },
  ip6: { type: 'string', noneWhenEmpty: true, value: 'ADDRESS', help: 'Its IPv6 address on its network' },
  'mac-address': { type: 'string', noneWhenEmpty: true, value: 'MAC', help: 'Its hardware address on its network' },
  'network-alias': { type: 'slice', value: 'NAME', help: 'Another name for it on its networks' },
  dns: {
    type: 'slice',
    value: 'ADDRESS',
    help: "Whom it asks for addresses, instead of whom the host asks; none: the image's /etc/resolv.conf stays",
  },
  'dns-search': { type: 'slice', value: 'DOMAIN', help: 'Where it looks for short names; "." for nowhere' },
  'dns-option': {
    type: 'slice',
    aliases: ['dns-opt'],
    value: 'OPTION',
    help: 'An option of resolv.conf, such as ndots:2',
  },
  'add-host': { type: 'array', value: 'NAME:ADDRESS', help: 'A line of /etc/hosts; the address may be host-gateway' },
  'no-hosts': { type: 'bool', help: "Keep the image's /etc/hosts" },
});
