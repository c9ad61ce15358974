import { describe, expect, test } from 'bun:test';
import { HYBRID } from '../tests/golden/facts.ts';
import { CONTEXT, DEFAULT_SPEC } from '../tests/golden/specs.ts';
import type { LaunchContext } from './context.ts';
import { mapLayers } from './mapped-layers.ts';
import { launchRequest } from './request.ts';

const map = [{ containerID: 0, hostID: 1000, size: 2 }];
const mapped = (namespaces: typeof DEFAULT_SPEC.linux.namespaces, context: Partial<LaunchContext> = {}) => {
  const linux = { ...DEFAULT_SPEC.linux, namespaces, uidMappings: map, gidMappings: map };
  return mapLayers(launchRequest({ ...DEFAULT_SPEC, linux }, { ...CONTEXT, ...context }, HYBRID));
};

describe('the layers of a container', () => {
  test('stay as they are without a user namespace, and for a directory', () => {
    expect(mapped([{ type: 'mount' }])).toBeUndefined();
    const directory = { rootfs: { kind: 'directory', path: '/r' } } as const;
    expect(mapped([{ type: 'mount' }, { type: 'user' }], directory)).toBeUndefined();
  });

  test('are mapped by a user namespace made for it, in their order', () => {
    const layers = mapped([{ type: 'mount' }, { type: 'user' }]);
    expect(layers?.rootfs.lower).toEqual([`${layers?.staging}/0`, `${layers?.staging}/1`]);
    const binds = layers!.before.flatMap((op) => (op.op === 'bind' ? [[op.source, op.target, op.idMap]] : []));
    expect(binds).toEqual([
      ['/var/lib/limpid/containers/lab/lower', '/var/lib/limpid/containers/lab/lower', -1],
      ['/var/lib/limpid/layers/b', '/var/lib/limpid/containers/lab/lower/0', 8],
      ['/var/lib/limpid/layers/a', '/var/lib/limpid/containers/lab/lower/1', 8],
    ]);
    expect(layers?.before[0]).toMatchObject({ op: 'user_namespace', uidMap: '0 1000 2\n', gidMap: '0 1000 2\n' });
  });

  test('are mapped by the one that it joins', () => {
    const layers = mapped([{ type: 'mount' }, { type: 'user', path: '/proc/7/ns/user' }] as never);
    expect(layers?.before[0]).toMatchObject({ op: 'open', slot: 8, path: '/proc/7/ns/user' });
  });
});
