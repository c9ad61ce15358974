import { describe, expect, test } from 'bun:test';
import { annotatedProperties, limitProperties, systemdUnit, unitProperties } from './systemd.ts';

describe('slice:prefix:name', () => {
  test('is a scope in a slice', () => {
    expect(systemdUnit('machine-a.slice:libpod:abc', 'x')).toEqual({
      slice: 'machine-a.slice',
      unit: 'libpod-abc.scope',
      cgroupsPath: '/machine.slice/machine-a.slice/libpod-abc.scope',
    });
    expect(systemdUnit(undefined, 'x').cgroupsPath).toBe('/system.slice/limpid-runtime-x.scope');
    expect(systemdUnit('::x', 'x').cgroupsPath).toBe('/system.slice/x.scope');
    expect(systemdUnit('-.slice:p:n', 'x').cgroupsPath).toBe('/p-n.scope');
    expect(systemdUnit('a.slice::b-c.slice', 'x').cgroupsPath).toBe('/b.slice/b-c.slice');
  });

  test.each(['/a/b', 'a.slice:b', 'a:b:c', 'a--b.slice:p:n', '-a.slice:p:n', 'a.slice:p:', 'a.slice:p/q:n'])(
    '%s is refused',
    (path) => expect(() => systemdUnit(path, 'x')).toThrow('cannot plan "linux.cgroupsPath": '),
  );
});

test('a scope begins with a process, is delegated, and leaves no failed one behind', () => {
  const properties = Object.fromEntries(unitProperties(systemdUnit('', 'x'), 'x', 7, true));
  expect(properties['PIDs']).toEqual(['au', [7]]);
  expect(properties['Delegate']).toEqual(['b', true]);
  expect(properties['CollectMode']).toEqual(['s', 'inactive-or-failed']);
  expect(properties['IOAccounting']).toEqual(['b', true]);
});

test('limits by the names of systemd.resource-control(5)', () => {
  const resources = {
    memory: { limit: 1000, swap: 3000, reservation: 500 },
    cpu: { shares: 1024, quota: 25_001, period: 50_000, cpus: '0,9', mems: '0' },
    pids: { limit: -1 },
  };
  expect(Object.fromEntries(limitProperties(resources, true))).toEqual({
    MemoryMax: ['t', 1000n],
    MemoryLow: ['t', 500n],
    MemorySwapMax: ['t', 2000n],
    CPUWeight: ['t', 39n],
    CPUQuotaPeriodUSec: ['t', 50_000n],
    CPUQuotaPerSecUSec: ['t', 510_000n],
    TasksMax: ['t', 2n ** 64n - 1n],
    AllowedCPUs: ['ay', [1, 2, 0, 0, 0, 0, 0, 0]],
    AllowedMemoryNodes: ['ay', [1, 0, 0, 0, 0, 0, 0, 0]],
  });
  expect(Object.fromEntries(limitProperties(resources, false))).toEqual({
    MemoryLimit: ['t', 1000n],
    CPUShares: ['t', 1024n],
    CPUQuotaPeriodUSec: ['t', 50_000n],
    CPUQuotaPerSecUSec: ['t', 510_000n],
    TasksMax: ['t', 2n ** 64n - 1n],
  });
});

test('annotations set further properties', () => {
  const of = (name: string, text: string) =>
    annotatedProperties({ other: 'x', [`org.systemd.property.${name}`]: text });
  expect(of('TimeoutStopUSec', 'uint64 5')).toEqual([['TimeoutStopUSec', ['t', 5n]]]);
  expect(of('TimeoutStopSec', 'uint64 5')).toEqual([['TimeoutStopUSec', ['t', 5_000_000n]]]);
  expect(of('CollectMode', "'inactive'")).toEqual([['CollectMode', ['s', 'inactive']]]);
  expect(of('SendSIGHUP', 'true')).toEqual([['SendSIGHUP', ['b', true]]]);
  expect(of('Before', "['a.service', 'b.service']")).toEqual([['Before', ['as', ['a.service', 'b.service']]]]);
  expect(() => of('X', '(1, 2)')).toThrow('"(1, 2)" is no value that is understood here');
});
