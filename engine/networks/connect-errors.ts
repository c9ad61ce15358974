import { LimpidError } from '../../base/error.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';

export function notPrivate({ name, namespaces }: ContainerConfig, doing: string): LimpidError {
  return new LimpidError({
    code: 'ENOTPRIVATE',
    doing,
    subject: `container "${name}"`,
    why: `it was created with --network ${namespaces.network.kind === 'path' ? 'ns' : namespaces.network.kind}`,
    hint: 'only containers on networks can be connected to others',
  });
}

export function alreadyConnected({ name }: ContainerConfig, network: NetworkConfig): LimpidError {
  const why = `it is on network "${network.name}" already`;
  return new LimpidError({ code: 'ECONNECTED', doing: 'connect', subject: `container "${name}"`, why });
}

export function interfaceTaken({ name }: ContainerConfig, interfaceName: string): LimpidError {
  return new LimpidError({
    code: 'ETAKEN',
    doing: 'connect',
    subject: `container "${name}"`,
    why: `it has an interface "${interfaceName}" already`,
    hint: 'choose another --interface-name, or leave the choice to limpid',
  });
}

export function notConnected({ name }: ContainerConfig, network: NetworkConfig): LimpidError {
  const why = `it is not on network "${network.name}"`;
  return new LimpidError({ code: 'ENOTCONNECTED', doing: 'disconnect', subject: `container "${name}"`, why });
}
