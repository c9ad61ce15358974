import { LimpidError } from '../base/error.ts';
import { newId, nowText } from './caller.ts';
import type { ContainerConfig, NamespaceMode, RootfsSource, SecurityConfig } from './config.ts';
import { DEFAULT_CONFIG } from './default-config.ts';
import { randomName } from './names.ts';
import { VALID_NAME } from './records/read.ts';

/** A container as a program describes it: what runs in which root file system, and whatever differs from the defaults. */
export interface ContainerRequest extends Partial<
  Omit<ContainerConfig, 'image' | 'rootfs' | 'namespaces' | 'security' | 'log'>
> {
  /** The name of an image, `builtin:NAME`, `host:`, or the absolute path of a directory. */
  readonly image: string;
  /** Those not named are as by default. */
  readonly namespaces?: Partial<ContainerConfig['namespaces']>;
  readonly security?: Partial<SecurityConfig>;
  readonly log?: Partial<ContainerConfig['log']>;
}

/** The whole config of a new container. Throws EOPTION for an invalid name, ENOIMAGE for an image of no known kind. */
export function containerConfig(request: ContainerRequest): ContainerConfig {
  const { namespaces, security, log, name = randomName(), ...rest } = request;
  if (!VALID_NAME.test(name)) {
    const why = 'letters, digits, "_", "." and "-" are wanted, a letter or digit first';
    throw new LimpidError({ code: 'EOPTION', doing: 'use', subject: `name "${name}"`, why });
  }
  return {
    ...DEFAULT_CONFIG,
    id: newId(),
    created: nowText(),
    command: [],
    ...rest,
    name,
    ...(request.name === undefined ? { nameIsRandom: true } : {}),
    rootfs: parseImage(request.image),
    namespaces: { ...DEFAULT_CONFIG.namespaces, ...ownNetwork(request), ...namespaces } satisfies Record<
      string,
      NamespaceMode
    >,
    security: { ...DEFAULT_CONFIG.security, ...security },
    log: { ...DEFAULT_CONFIG.log, ...log },
  };
}

/** Whether it is made from an image of the store, or mounts one. */
export function needsImages({ rootfs, mounts }: Pick<ContainerConfig, 'rootfs' | 'mounts'>): boolean {
  return rootfs.kind === 'image' || mounts.some(({ type }) => type === 'image');
}

/** Who asks for networks gets a namespace that can be on them. */
function ownNetwork({ networks = [] }: ContainerRequest): Partial<ContainerConfig['namespaces']> {
  return networks.length === 0 ? {} : { network: { kind: 'private' } };
}

/** Where an image's root file system comes from; an image is looked up later. Throws ENOIMAGE. */
export function parseImage(image: string): RootfsSource {
  if (image === 'host:') return { kind: 'host' };
  if (image.startsWith('/')) return { kind: 'directory', path: image };
  const name = /^builtin:([a-z][a-z0-9-]*)$/.exec(image)?.[1];
  if (name !== undefined) return { kind: 'builtin', name };
  if (image !== '' && !image.startsWith('.') && !image.startsWith('builtin:'))
    return { kind: 'image', id: '', digest: '' };
  throw new LimpidError({
    code: 'ENOIMAGE',
    doing: 'find',
    subject: `image "${image}"`,
    why: 'it is no name of an image',
    hint: 'use a name, builtin:busybox, host: or the absolute path of a directory',
  });
}
