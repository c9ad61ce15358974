import type { Correction, Failure } from './correction.ts';
import { addedKind, ipWords } from './rtnetlink.ts';

/** What the errno of a request to rtnetlink(7) really says. */
export function correctRtnetlink({ op, errno, call }: Failure<'rtnetlink'>): Correction | undefined {
  const kind = addedKind(op);
  const isMove = (ipWords(op, '') ?? []).includes('netns') && kind === undefined;
  if (isMove && errno === 'EEXIST') return { why: 'an interface of that name is there already' };
  if (isMove && errno === 'EINVAL') return { why: 'an interface of this kind stays in its network namespace' };
  if (errno === 'EOPNOTSUPP' && ipWords(op, '')?.includes('vlan_filtering'))
    return { why: 'the bridges of this kernel know no VLANs', hint: 'it needs CONFIG_BRIDGE_VLAN_FILTERING' };
  if (errno === 'EOPNOTSUPP' && kind !== undefined) {
    const hint = `load its module, \`modprobe ${kind}\`; --network none needs none`;
    return { why: `this kernel has no interfaces of type "${kind}"`, hint };
  }
  if (errno === 'ENODEV' && call === 'ioctl')
    return { why: `there is no interface "${op.interface}"`, hint: '`limpid network reload` makes it again' };
  if (errno === 'EEXIST' && kind !== undefined) return { why: 'another interface has that name' };
  if (errno === 'EBUSY' && kind !== undefined)
    return { why: `"${op.interface}" is in use in another way`, hint: '`ip -d link` shows how' };
  if (errno === 'EXFULL') return { why: 'the bridge has its 1023 ports', hint: 'spread containers over more networks' };
  return undefined;
}
