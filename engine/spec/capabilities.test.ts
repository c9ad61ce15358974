import { expect, test } from 'bun:test';
import { CAPABILITIES, DEFAULT_CAPABILITIES } from '../../abi/capability.ts';
import { capabilitySets } from './capabilities.ts';
import { failure } from './sample.fixture.ts';

const FACTS = { capabilities: (1n << 41n) - 1n, lastCapability: 40 };
const WITHOUT_SYS_RESOURCE = { capabilities: FACTS.capabilities & ~(1n << 24n), lastCapability: 40 };

function wanted(capAdd: string[], capDrop: string[] = [], privileged = false) {
  return { capAdd, capDrop, privileged };
}

test('root has the defaults, none of them inheritable or ambient', () => {
  const names = [...DEFAULT_CAPABILITIES];
  expect(capabilitySets(wanted([]), 0, FACTS)).toEqual({
    bounding: names,
    effective: names,
    permitted: names,
    inheritable: [],
    ambient: [],
  });
});

test('another user holds nothing but what was added', () => {
  const sets = capabilitySets(wanted(['net_admin', 'CAP_CHOWN'], ['KILL']), 1000, FACTS);
  for (const set of ['effective', 'permitted', 'inheritable', 'ambient'] as const) {
    expect(sets[set]).toEqual(['CAP_CHOWN', 'CAP_NET_ADMIN']);
  }
  expect(sets.bounding).toContain('CAP_NET_ADMIN');
  expect(sets.bounding).not.toContain('CAP_KILL');
  expect(capabilitySets(wanted([]), 1000, FACTS).ambient).toEqual([]);
});

test('ALL', () => {
  expect(capabilitySets(wanted(['all']), 0, FACTS).effective).toEqual([...CAPABILITIES]);
  expect(capabilitySets(wanted(['ALL'], ['SYS_ADMIN']), 0, FACTS).effective).toEqual(
    CAPABILITIES.filter((name) => name !== 'CAP_SYS_ADMIN'),
  );
  expect(capabilitySets(wanted([], ['ALL']), 0, FACTS).bounding).toEqual([]);
  expect(capabilitySets(wanted(['KILL'], ['ALL']), 0, FACTS).bounding).toEqual(['CAP_KILL']);
});

test('never more than the caller holds or the kernel knows', () => {
  expect(capabilitySets(wanted(['ALL']), 0, WITHOUT_SYS_RESOURCE).bounding).not.toContain('CAP_SYS_RESOURCE');
  expect(capabilitySets(wanted([], [], true), 0, WITHOUT_SYS_RESOURCE).bounding).toHaveLength(40);
  expect(capabilitySets(wanted([], [], true), 0, { ...FACTS, lastCapability: 37 }).bounding).toHaveLength(38);
  expect(failure(() => capabilitySets(wanted(['SYS_RESOURCE']), 0, WITHOUT_SYS_RESOURCE))).toBe(
    'ECAPABILITY: cannot add capability "CAP_SYS_RESOURCE": limpid itself does not hold it, and nobody can give what ' +
      'they do not have (hint: run as root with all capabilities, or leave it out)',
  );
  expect(failure(() => capabilitySets(wanted(['SYS_RESOURCE'], ['ALL']), 0, WITHOUT_SYS_RESOURCE))).toStartWith(
    'ECAPABILITY',
  );
});

test('contradictions', () => {
  const message = (name: string) => `EOPTION: cannot add capability "${name}": it is to be dropped as well`;
  expect(failure(() => capabilitySets(wanted(['KILL'], ['kill']), 0, FACTS))).toBe(message('CAP_KILL'));
  expect(failure(() => capabilitySets(wanted(['ALL'], ['ALL']), 0, FACTS))).toBe(message('ALL'));
  expect(failure(() => capabilitySets(wanted(['FLY']), 0, FACTS))).toStartWith(
    'ECAPABILITY: cannot parse capability "FLY"',
  );
});
